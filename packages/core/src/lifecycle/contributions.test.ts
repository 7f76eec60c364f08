import type { HostFacts, ProbeContext } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../plugins/index.ts';
import { fixtureFiles, writePackage } from '../plugins/package.fixture.ts';
import { createRedactor } from '../redaction/index.ts';
import { loadGpuStrategies, loadProbes } from './contributions.ts';
import { bidsOf } from './onboard/preflight.ts';
import { runProbes } from './probes.ts';

const BROKEN = 'throw new Error("no such library");';
const registry = async (kind: 'gpu' | 'probe', good: string) => {
  const packages = [
    ['@acme/good', good],
    ['@acme/bad', BROKEN],
  ] as const;
  return createRegistry({
    ...fixtureFiles,
    packages: await Promise.all(
      packages.map(([name, source]) =>
        writePackage({
          name,
          nemoclaw: { api: '1.0', contributes: { [kind]: [{ id: name.slice(6), module: './index.js' }] } },
          files: { 'index.js': source },
        }),
      ),
    ),
  });
};

describe('a plugin that cannot be loaded', () => {
  it('is a strategy that does not fit, with the reason, beside the others', async () => {
    const strategies = await loadGpuStrategies(
      await registry(
        'gpu',
        `export default { kind: 'gpu', id: 'good', title: 'Good', explain: () => '', prepare: () => ({}), prove: async () => ({}),
          detect: () => ({ strategy: 'somebody-else', applicable: true, priority: 1, reason: 'fits', evidence: [], warnings: [], activation: 'create' }) };`,
      ),
      [],
    );
    const bids = await bidsOf(strategies, {} as HostFacts, { devices: [], env: {} });
    expect(bids).toMatchObject([
      { strategy: 'bad', applicable: false, reason: expect.stringContaining('no such library') },
      { strategy: 'good', applicable: true },
    ]);
  });

  it('is a probe that warns, beside the others', async () => {
    const probes = await loadProbes(
      await registry(
        'probe',
        `export default { kind: 'probe', id: 'good', title: 'Good', when: ['preflight'], applies: () => true,
          run: async () => ({ probe: 'good', status: 'ok', code: 'ok', layer: 'tcp', summary: 'well', remedy: [], evidence: {}, elapsedMs: 1 }) };`,
      ),
      [],
    );
    const context = { elapsed: () => 0 } as ProbeContext;
    const services = { probes: async () => probes, redactor: createRedactor(), faults: { note: () => undefined } };
    expect(await runProbes(services, 'preflight', context, new AbortController().signal)).toMatchObject([
      { probe: 'bad', status: 'warn', summary: expect.stringContaining('no such library') },
      { probe: 'good', status: 'ok' },
    ]);
  });
});
