import type { ProbeContext, ProbeResult } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { codedError } from '../errors/index.ts';
import { createRedactor } from '../redaction/index.ts';
import { runProbes } from './probes.ts';
import type { Probe } from './services.ts';

const context = { elapsed: () => 0 } as ProbeContext;
const result = (probe: string): ProbeResult => ({
  probe,
  status: 'ok',
  code: 'ok',
  layer: 'tcp',
  summary: 'well',
  remedy: [],
  evidence: {},
  elapsedMs: 0,
});
const probe = (id: string, more: Partial<Probe> = {}): Probe => ({
  kind: 'probe',
  id,
  title: id,
  when: ['preflight'],
  applies: async () => true,
  run: async () => result(id),
  ...more,
});
const services = (...probes: Probe[]) => ({
  probes: async () => probes,
  redactor: createRedactor(),
  faults: { note: () => undefined },
});
const run = (...probes: Probe[]) => runProbes(services(...probes), 'preflight', context, new AbortController().signal);

describe('runProbes', () => {
  it('runs those of the moment that apply', async () => {
    const ran = await run(
      probe('a'),
      probe('later', { when: ['post-ready'] }),
      probe('elsewhere', { applies: async () => 'no host endpoint' }),
      probe('b'),
    );
    expect(ran.map(({ probe }) => probe)).toEqual(['a', 'b']);
  });

  const breaks = async () => Promise.reject(codedError('PLUGIN_TIMEOUT', { message: 'hung' }));
  it.each([
    ['makes a failure of one that breaks while it looks', { run: breaks }, 'fail'],
    ['makes a warning of one that cannot begin', { applies: breaks }, 'warn'],
  ])('%s, and still hears the others', async (_what, broken, status) => {
    const ran = await run(probe('bad', broken), probe('good'));
    expect(ran).toMatchObject([
      { probe: 'bad', status, errorCode: 'PLUGIN_TIMEOUT', summary: 'hung' },
      { probe: 'good', status: 'ok' },
    ]);
    expect(ran[0]?.remedy.length).toBeGreaterThan(0);
  });

  it('hides secrets in results', async () => {
    const telling = probe('a', {
      run: async () => ({ ...result('a'), evidence: { body: 'Bearer abcdefgh12345678' } }),
    });
    expect(JSON.stringify(await run(telling))).not.toContain('abcdefgh12345678');
  });

  it('is interrupted as a whole', async () => {
    const interruption = new AbortController();
    const interrupted = probe('slow', {
      run: async () => {
        interruption.abort(new Error('Ctrl+C'));
        throw new Error('gave up');
      },
    });
    await expect(runProbes(services(interrupted), 'preflight', context, interruption.signal)).rejects.toThrow('Ctrl+C');
  });
});
