import {
  defineGpuStrategy,
  type GpuProof,
  type GpuStrategyContribution,
  type RunInAgent,
  untilAborted,
} from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { hostFacts } from '../contexts/host-facts.ts';
import { failingChecks, mustsOf } from './failing-checks.fixture.ts';
import { GPU_MUSTS } from './musts.ts';
import { type GpuConformance, gpuStrategyChecks } from './test-gpu-strategy.ts';

const requested = [{ driver: 'cdi', count: 0, deviceIds: ['v.com/gpu=0'], capabilities: [] }];
const conform: GpuStrategyContribution = defineGpuStrategy({
  id: 'sample',
  title: 'Sample',
  explain: () => 'Takes the first device of a class.',
  detect: ({ engine }) => {
    const applicable = engine.cdiDevices.length > 0;
    const common = { strategy: 'sample', evidence: [], warnings: [], activation: 'create' as const };
    return { ...common, applicable, priority: 1, reason: applicable ? 'there is one' : 'there is none' };
  },
  prepare: () => ({ deviceRequests: structuredClone(requested) }),
  prove: async ({ requested: asked, run, now }, signal) => {
    const checks: GpuProof['checks'] = [];
    for (const as of ['gateway', 'tools'] as const) {
      const end = await untilAborted(
        run({ as, argv: ['/look'], timeoutMs: 1 }).catch(() => undefined),
        signal,
      );
      const there = end?.outcome === 'exited' && end.stdout === 'there';
      checks.push({ as, name: 'device_nodes', outcome: there ? 'ok' : 'failed', detail: 'looked' });
    }
    const result = checks.every(({ outcome }) => outcome === 'ok') ? 'injected' : 'failed';
    const said = { summary: 'looked', evidence: {}, remedy: ['look again'] };
    return { result, requested: asked, at: now().toISOString(), checks, ...said };
  },
});

const sandbox =
  (stdout: string): RunInAgent =>
  async () => ({
    outcome: 'exited',
    exitCode: 0,
    stdout,
    stderr: '',
    identity: { uid: 1, gid: 1, groups: [], netns: '1', pidns: '1', mntns: '1' },
    gateway: undefined,
  });
const suite: GpuConformance = {
  cases: [
    {
      title: 'one',
      facts: hostFacts({ engine: { cdiDevices: ['v.com/gpu=0'] } }),
      request: { devices: [], env: {} },
      bid: { applicable: true },
      patch: { deviceRequests: requested },
    },
    { title: 'none', facts: hostFacts(), request: { devices: [], env: {} }, bid: { applicable: false } },
  ],
  proofs: [
    { title: 'there', requested, run: sandbox('there'), result: 'injected' },
    { title: 'not there', requested, run: sandbox(''), result: 'failed' },
  ],
  abortBoundMs: 50,
};

/** Knows two ways of giving the same device. */
const choosing: GpuStrategyContribution = {
  ...conform,
  candidates: () =>
    ['one', 'two'].map((id) => ({ id, title: id, patch: structuredClone(conform.prepare({} as never, {} as never)) })),
};

it.each([
  ['one way', conform],
  ['several ways', choosing],
])('the suite passes what keeps the contract in %s', async (_ways, good) => {
  expect(await failingChecks(gpuStrategyChecks(good, suite))).toEqual([]);
});

let turn = 0;
const { detect, prepare, prove } = conform;
const { candidates = () => [] } = choosing;
const MUTANTS: [keyof typeof GPU_MUSTS, Partial<GpuStrategyContribution> & Record<string, unknown>][] = [
  ['manifest', { title: 'two\nlines' }],
  ['manifest', { more: 1 }],
  ['bid', { detect: (...input) => ({ ...detect(...input), reason: '' }) }],
  ['bid', { detect: (...input) => ({ ...detect(...input), applicable: true }) }],
  ['provenance', { detect: (...input) => ({ ...detect(...input), strategy: 'another' }) }],
  ['provenance', { prove: async (...input) => ({ ...(await prove(...input)), at: '2031-01-01T00:00:00.000Z' }) }],
  ['provenance', { prove: async (...input) => ({ ...(await prove(...input)), requested: [] }) }],
  ['detect-pure', { detect: (...input) => ({ ...detect(...input), priority: turn++ }) }],
  [
    'detect-pure',
    {
      detect: (facts, request) => {
        const bid = detect(facts, request);
        facts.engine.cdiDevices.push('another');
        return bid;
      },
    },
  ],
  ['patch', { prepare: () => ({ privileged: true }) as object }],
  [
    'prepare-pure',
    {
      prepare: (...input) => {
        input[1].devices.push('0');
        return prepare(...input);
      },
    },
  ],
  [
    'secrets',
    { detect: (facts, request) => ({ ...detect(facts, request), evidence: Object.values(request.env).map(String) }) },
  ],
  [
    'quiet',
    {
      detect: (...input) => {
        process.stdout.write('');
        return detect(...input);
      },
    },
  ],
  ['candidates', { candidates: () => [] }],
  ['candidates', { candidates: (...input) => candidates(...input).map((one) => ({ ...one, id: 'one' })) }],
  ['candidates', { candidates: (...input) => candidates(...input).map((one) => ({ ...one, title: `${turn++}` })) }],
  [
    'candidates',
    { candidates: (...input) => candidates(...input).map((one) => ({ ...one, patch: { user: '0:0' } as object })) },
  ],
  ['proof', { prove: async (...input) => ({ ...(await prove(...input)), remedy: [] }) }],
  ['proof', { prove: async (...input) => ({ ...(await prove(...input)), summary: 'two\nlines' }) }],
  [
    'silence',
    {
      prove: async (input, signal) =>
        prove(
          {
            ...input,
            run: async (spec) => {
              const end = await input.run(spec).catch(() => undefined);
              return end?.outcome === 'exited' && end.stdout === '' ? end : sandbox('there')(spec);
            },
          },
          signal,
        ),
    },
  ],
  ['abort', { prove: (input) => prove(input, new AbortController().signal) }],
];

it.each(MUTANTS)('a strategy that breaks "%s" fails that and nothing else', async (id, mutant) => {
  expect(await failingChecks(gpuStrategyChecks({ ...conform, ...mutant }, suite))).toEqual([id]);
});

it.each<[string, GpuConformance]>([
  ['a key that means nothing', { ...suite, more: 1 } as GpuConformance],
  ['a case with one', { ...suite, cases: suite.cases.map((one) => ({ ...one, expects: true })) }],
  ['no proof that fails', { ...suite, proofs: suite.proofs.slice(0, 1) }],
  ['no proof that succeeds', { ...suite, proofs: suite.proofs.slice(1) }],
  ['no case that applies, so that parts are never called', { ...suite, cases: suite.cases.slice(1) }],
  ['no case that does not apply', { ...suite, cases: suite.cases.slice(0, 1) }],
])('a suite with %s fails', async (_what, wrong) => {
  expect(await failingChecks(gpuStrategyChecks(conform, wrong))).toEqual(['asked']);
});

it('has one check for each MUST, and a mutant for each', () => {
  expect(mustsOf(gpuStrategyChecks(choosing, suite))).toEqual(Object.keys(GPU_MUSTS).sort());
  expect([...new Set(MUTANTS.map(([id]) => id)), 'asked'].sort()).toEqual(Object.keys(GPU_MUSTS).sort());
});
