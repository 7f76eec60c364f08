import { defineProbe, type ProbeContribution, untilAborted } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { probeContext } from '../contexts/probe-context.ts';
import { failingChecks } from './failing-checks.fixture.ts';
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

it.each<[string, Partial<ProbeContribution> & Record<string, unknown>]>([
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
])('a probe that breaks "%s" fails that and nothing else', async (id, mutant) => {
  expect(await failingChecks(probeChecks({ ...conform, ...mutant }, suite))).toEqual([id]);
});

it('a code outside the union is no result, in silence neither', async () => {
  const mutant = { ...conform, run: (...input: Parameters<typeof run>) => result({ code: 'new' }, ...input) };
  expect(await failingChecks(probeChecks(mutant, suite))).toEqual(['result', 'silence']);
});

it.each<[string[], ProbeConformance]>([
  [['asked'], { ...suite, more: 1 } as ProbeConformance],
  [['asked'], { ...suite, cases: suite.cases.map((one) => ({ ...one, status: 'ok' })) }],
  [['asked'], { ...suite, cases: suite.cases.filter(({ code }) => code !== 'down') }],
])('a suite that is not asked rightly fails: %s', async (ids, wrong) => {
  expect(await failingChecks(probeChecks(conform, wrong))).toEqual(ids);
});
