import { describe, expect, it } from 'vitest';
import type { OnboardInput } from '../../api/nemoclaw.ts';
import { PROVIDERS } from '../../providers/records.ts';
import { sandboxRecordSchema } from '../../state/schemas.ts';
import { recordOf } from './data.ts';
import { newOnboardData } from './new-data.ts';
import type { Preflight } from './preflight.ts';

const CREDENTIAL = 'sk-secret-of-the-provider';
const input: OnboardInput = {
  name: 'demo',
  agent: 'claw',
  provider: 'openai',
  credential: CREDENTIAL,
  gpu: 'auto',
  profile: 'auto',
  isolation: 'auto',
  smoke: true,
  forward: false,
  dryRun: false,
};
const preflight = {
  name: 'demo',
  driver: 'box',
  agent: {
    plugin: '@acme/claw@1.0.0',
    contribution: { id: 'claw', version: '1.0.0' },
  },
  provider: {
    record: PROVIDERS.find(({ id }) => id === 'openai'),
    relayBaseUrl: 'https://api.example.com/v1',
    model: 'm',
    contextTokens: 8192,
  },
  profile: { profile: { id: 'compact', promptTokens: 1, answerTokens: 1 }, why: 'fits' },
  isolation: { mode: { mode: 'separate', memoryBytes: 1, note: '' }, why: 'as named' },
  gpu: { chosen: null, reason: 'none here', bids: [], warnings: [] },
  ingressPort: 18_700,
  warnings: ['mind the gap'],
} as unknown as Preflight;
const now = new Date('2026-11-21T00:00:00Z');
const make = (more: Partial<OnboardInput> = {}) => newOnboardData(preflight, { ...input, ...more }, now);

describe('what an onboard decides before its first effect', () => {
  const data = make();

  it('has no secret, and nothing that is not JSON: all of it goes into the journal', () => {
    expect(JSON.stringify(data)).not.toContain(CREDENTIAL);
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    expect(recordOf(data)).toMatchObject({ driver: 'box', provider: { credential: true } });
  });

  it('is a record that can be written, with nothing proved', () => {
    expect(sandboxRecordSchema.parse(data.record)).toEqual(data.record);
    expect(recordOf(data)).toMatchObject({
      phase: 'creating',
      proofs: {},
      agent: { id: 'claw', profile: 'compact', isolation: 'separate', isolationProof: 'declared' },
      warnings: ['mind the gap'],
      createdAt: '2026-11-21T00:00:00.000Z',
    });
  });

  it('gives each thing an identity of its own, and another one each time', () => {
    const of = ({ sandboxId, operationId, generations, nonces }: typeof data) => [
      sandboxId,
      operationId,
      ...Object.values(generations),
      ...Object.values(nonces),
    ];
    const all = [...of(data), ...of(make())];
    expect(new Set(all).size).toBe(all.length);
    expect(recordOf(data).sandboxId).toBe(data.sandboxId);
  });

  it.each([
    ['off', 'off'],
    ['auto', 'auto'],
    ['native-cdi', 'strategy'],
  ])('remembers that the GPU was asked for as %s', (gpu, mode) => {
    expect(recordOf(make({ gpu })).gpu.mode).toBe(mode);
  });
});
