import { defineProbe, type ProbeContribution, untilAborted } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { probeContext } from '../contexts/probe-context.ts';
import { failingChecks, mustsOf } from './failing-checks.fixture.ts';
import { PROBE_MUSTS } from './musts.ts';
import { type ProbeConformance, probeChecks } from './test-probe.ts';

const conform: ProbeContribution = defineProbe({
  id: 'sample',
  title: 'Sample',
  when: ['on-demand'],
  applies: ({ env }) => (env.OFF === '1' ? 'it is off' : true),
  run: async (context, signal) => {
    signal.throwIfAborted();
    const answer = await untilAborted(context.connectFromHost('127.0.0.1', 1, 1), signal);
    const ok = answer === 'open';
    const said = { summary: `it is ${answer}`, remedy: ok ? [] : ['start it'], evidence: {}, elapsedMs: 0 };
    return { probe: 'sample', status: ok ? 'ok' : 'fail', code: ok ? 'ok' : 'down', layer: 'tcp', ...said };
  },
});
const suite: ProbeConformance = {
  codes: ['ok', 'down'],
  cases: [
    { title: 'open', context: () => probeContext({ connectFromHost: async () => 'open' }), code: 'ok' },
    { title: 'refused', context: () => probeContext(), code: 'down' },
    { title: 'off', context: () => probeContext({ env: { OFF: '1' } }) },
  ],
  abortBoundMs: 50,
};

it('the suite passes what keeps the contract', async () => {
  expect(await failingChecks(probeChecks(conform, suite))).toEqual([]);
});

const { run, applies } = conform;
const result = async (over: object, ...input: Parameters<typeof run>) => ({ ...(await run(...input)), ...over });

let turn = 0;
const MUTANTS: [keyof typeof PROBE_MUSTS, Partial<ProbeContribution> & Record<string, unknown>][] = [
  ['result', { run: (...input) => result({ code: 'new' }, ...input) }],
  ['result', { run: (...input) => result({ remedy: [], status: 'warn' }, ...input) }],
  ['provenance', { run: (...input) => result({ probe: 'another' }, ...input) }],
  ['provenance', { run: (...input) => result({ elapsedMs: 5 }, ...input) }],
  ['pure', { run: (...input) => result({ summary: `look ${turn++}` }, ...input) }],
  [
    'quiet',
    {
      run: (...input) => {
        process.stdout.write('');
        return run(...input);
      },
    },
  ],
  ['manifest', { title: '' }],
  ['manifest', { when: ['sometimes'] as never }],
  ['manifest', { more: 1 }],
  ['applies', { applies: (context) => (context.env.OFF === '1' ? 'two\nlines' : applies(context)) }],
  [
    'pure',
    {
      run: (context, signal) => {
        context.hostEndpoints.push({ purpose: 'x', host: 'x', port: 1 });
        return run(context, signal);
      },
    },
  ],
  [
    'secrets',
    { run: (context, signal) => result({ evidence: { key: context.env.NVIDIA_API_KEY ?? '' } }, context, signal) },
  ],
  [
    'silence',
    {
      run: async (context, signal) => {
        const said = await run(context, signal);
        const known = (await untilAborted(context.connectFromHost('', 1, 1), signal)) === 'error';
        return known ? { ...said, status: 'ok', code: 'ok' } : said;
      },
    },
  ],
  [
    'abort',
    {
      run: async (context, signal) => {
        signal.throwIfAborted();
        return run(context, new AbortController().signal);
      },
    },
  ],
  [
    'aborted-before',
    {
      run: async (context, signal) => {
        void context.connectFromHost('127.0.0.1', 1, 1);
        return run(context, signal);
      },
    },
  ],
];

it.each(MUTANTS)('a probe that breaks "%s" fails that and nothing else', async (id, mutant) => {
  expect(await failingChecks(probeChecks({ ...conform, ...mutant }, suite))).toEqual([id]);
});

it('a probe that believes what a program babbles fails, and nothing else does', async () => {
  const helper = (stdout: string) => async () => ({ outcome: 'exited' as const, exitCode: 0, stdout, stderr: '' });
  const asking = (believes: (stdout: string) => boolean): ProbeContribution => ({
    ...conform,
    run: async (context, signal) => {
      signal.throwIfAborted();
      const end = context.runHelper?.({ argv: ['/look'], user: '0:0', network: 'none', timeoutMs: 1 }, signal);
      const said = await untilAborted(end ?? Promise.reject(new Error('none')), signal).catch((error) => {
        signal.throwIfAborted();
        return { outcome: 'failed' as const, error };
      });
      const ok = said.outcome === 'exited' && believes(said.stdout);
      return result({ status: ok ? 'ok' : 'fail', code: ok ? 'ok' : 'down', remedy: ['look'] }, context, signal);
    },
  });
  const open = { connectFromHost: async () => 'open' as const };
  const asked: ProbeConformance = {
    ...suite,
    cases: [
      { title: 'there', context: () => probeContext({ ...open, runHelper: helper('there') }), code: 'ok' },
      { title: 'not there', context: () => probeContext({ ...open, runHelper: helper('') }), code: 'down' },
      ...suite.cases.slice(2),
    ],
  };
  expect(
    await failingChecks(
      probeChecks(
        asking((stdout) => stdout === 'there'),
        asked,
      ),
    ),
  ).toEqual([]);
  expect(
    await failingChecks(
      probeChecks(
        asking((stdout) => stdout !== ''),
        asked,
      ),
    ),
  ).toEqual(['silence']);
});

it.each<[string, ProbeConformance]>([
  ['a key that means nothing', { ...suite, more: 1 } as ProbeConformance],
  ['a case with one', { ...suite, cases: suite.cases.map((one) => ({ ...one, status: 'ok' })) }],
  ['one code only', { ...suite, cases: suite.cases.filter(({ code }) => code !== 'down') }],
  ['no case that applies, so that it never runs', { ...suite, cases: suite.cases.slice(2) }],
])('a suite with %s fails', async (_what, wrong) => {
  expect(await failingChecks(probeChecks(conform, wrong))).toContain('asked');
});

it('has one check for each MUST, and a mutant for each', () => {
  expect(mustsOf(probeChecks(conform, suite))).toEqual(Object.keys(PROBE_MUSTS).sort());
  expect([...new Set(MUTANTS.map(([id]) => id)), 'asked'].sort()).toEqual(Object.keys(PROBE_MUSTS).sort());
});
