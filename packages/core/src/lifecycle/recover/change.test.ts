import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxRecord } from '../journal.fixture.ts';
import type { OnboardData } from '../onboard/data.ts';
import type { OnboardTools } from '../onboard/tools.ts';
import { servicesAt } from '../services.fixture.ts';
import { changeStep, plannedChange, recordWith } from './change.ts';

const FOUND = { relayBaseUrl: 'http://host.nemoclaw.internal:8081/v1', model: 'n', contextTokens: 4_096 };
const MORE = { profile: 'full', credential: true, forward: true };
const never = new AbortController().signal;

describe('a change of the provider', () => {
  let home: string;
  let tools: OnboardTools;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'nemoclaw-change-'));
    tools = { services: servicesAt(home) } as OnboardTools;
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const run = (record = sandboxRecord(), credential?: string) => {
    const change = { record, anew: {}, actions: [], ...(credential ? { credential } : {}) };
    return changeStep(tools, change).run({ data: {} as OnboardData } as never);
  };

  it('is nothing where nothing was said', async () => {
    expect(await plannedChange(tools, sandboxRecord(), {}, never)).toBeUndefined();
  });

  it('keeps no proof of the one before, and every other', () => {
    const at = '2026-11-21T00:00:00.000Z';
    const proofs = { gateway: { at, summary: 'g' }, chat: { at, summary: 'c', elapsedMs: 1 } };
    const after = recordWith(sandboxRecord({ proofs }), FOUND, MORE);
    expect(after.proofs).toEqual({ gateway: proofs.gateway });
    expect(after.provider).toEqual({
      id: 'llamacpp',
      endpoint: FOUND.relayBaseUrl,
      model: 'n',
      contextTokens: 4_096,
      credential: true,
      forward: true,
    });
    expect(after.agent.profile).toBe('full');
  });

  it('has no key rather than one for somebody else when it is cut off between the two', async () => {
    const { store } = tools.services;
    await store.writeRecord(sandboxRecord());
    store.writeSecret = async () => {
      throw new Error('no power');
    };
    const after = recordWith(sandboxRecord(), FOUND, MORE);
    await expect(run(after, 'a-new-key')).rejects.toThrow('no power');
    expect((await store.readRecord('demo'))?.provider).toEqual({ ...after.provider, credential: false });
  });

  it('leaves to others what others have written meanwhile', async () => {
    const { store } = tools.services;
    await store.writeRecord(sandboxRecord({ warnings: ['from somebody else'] }));
    await run(recordWith(sandboxRecord(), FOUND, { ...MORE, credential: false }));
    expect(await store.readRecord('demo')).toMatchObject({
      warnings: ['from somebody else'],
      provider: { model: 'n' },
    });
  });

  it('refuses to send a key to another origin than its own before it asks anybody', async () => {
    const record = sandboxRecord({ provider: { ...sandboxRecord().provider, credential: true } });
    for (const endpoint of ['http://127.0.0.1:8081/v1', 'https://127.0.0.1:8080/v1', 'http://elsewhere.test:8080/v1'])
      await expect(plannedChange(tools, record, { endpoint }, never)).rejects.toMatchObject({
        code: 'CREDENTIAL_MISSING',
        hint: expect.stringContaining('--credential-env'),
      });
  });
});
