import type { AgentRunResult, AgentRunSpec, ProbeContext } from '@nemoclaw/plugin-api';
import { testProbe } from '@nemoclaw/testkit/conformance';
import { probeContext } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import probe, { INFERENCE_CODES } from './index.ts';

const answered = (status: number, gateway: string | undefined = '1'): AgentRunResult => ({
  outcome: 'exited',
  exitCode: 0,
  stdout: JSON.stringify({ netns: '1', outcome: 'answered', status, head: 'line\u001b[31m\ntwo', models: 1 }),
  stderr: '',
  identity: { uid: 64101, gid: 64101, groups: [], netns: '1', pidns: '1', mntns: '1' },
  gateway: gateway === undefined ? undefined : { pid: 7, netns: gateway },
});

/** Gives the results in turn, the last one again and again. */
const scene = (...results: AgentRunResult[]): ProbeContext & { specs: AgentRunSpec[] } => {
  const specs: AgentRunSpec[] = [];
  const context = probeContext({
    sandbox: { id: 's', name: 'demo' },
    runInAgent: async (spec) => {
      specs.push(spec);
      return results[Math.min(specs.length, results.length) - 1]!;
    },
  });
  return { ...context, specs };
};
/** The conformance suite freezes what it passes; the list of calls has to stay open. */
const frozenScene = (...results: AgentRunResult[]) => {
  const { specs: _specs, ...context } = scene(...results);
  return context;
};

testProbe(probe, {
  codes: INFERENCE_CODES,
  cases: [
    { title: '200', context: () => frozenScene(answered(200)), code: 'ok' },
    { title: '401', context: () => frozenScene(answered(401)), code: 'unauthorized' },
    { title: '404', context: () => frozenScene(answered(404)), code: 'not_found' },
    { title: '418', context: () => frozenScene(answered(418)), code: 'client_error' },
    { title: '502', context: () => frozenScene(answered(502)), code: 'server_error' },
    { title: '200 elsewhere', context: () => frozenScene(answered(200, '2')), code: 'wrong_namespace' },
    {
      title: 'hangs',
      context: () => frozenScene({ outcome: 'timed_out', stdout: '', stderr: '' }),
      code: 'timeout',
    },
    {
      title: 'no supervisor',
      context: () => frozenScene({ outcome: 'not_run', reason: 'control', message: 'a\nb' }),
      code: 'exec_failed',
    },
    {
      title: 'no Node',
      context: () => frozenScene({ outcome: 'not_run', reason: 'ENOENT', message: 'gone' }),
      code: 'no_client',
    },
    { title: 'no sandbox', context: () => probeContext() },
  ],
});

const run = (context: ProbeContext) => probe.run(context, new AbortController().signal);

describe('the inference probe', () => {
  it('asks three times, two seconds apart, before it gives up', async () => {
    const context = scene(answered(503));
    const result = await run(context);
    expect(result).toMatchObject({ code: 'server_error', status: 'fail', elapsedMs: 4000 });
    expect(context.specs).toHaveLength(3);
  });

  it('stops at the first answer that counts, and keeps what went before as evidence', async () => {
    const context = scene(answered(503), answered(200), answered(503));
    const result = await run(context);
    expect(result).toMatchObject({ code: 'ok', elapsedMs: 2000 });
    expect(result.evidence.attempts).toMatchObject([{ status: 503 }, { status: 200, models: 1 }]);
  });

  it('waits for a gateway that is starting', async () => {
    const starting = { ...answered(200), gateway: undefined } as AgentRunResult;
    expect(await run(scene(starting, answered(200)))).toMatchObject({ code: 'ok' });
    expect(await run(scene(starting))).toMatchObject({ code: 'wrong_namespace', status: 'fail' });
  });

  it('does not ask again when the place is wrong', async () => {
    const context = scene(answered(200, '2'), answered(200));
    expect(await run(context)).toMatchObject({ code: 'wrong_namespace', status: 'fail' });
    expect(context.specs).toHaveLength(1);
  });

  it('skips, and passes nothing, without a client', async () => {
    const result = await run(scene({ outcome: 'not_run', reason: 'ENOENT', message: 'gone' }));
    expect(result.status).toBe('skipped');
  });

  it('runs as the gateway, by absolute path, with everything that varies in one argument', async () => {
    const context = scene(answered(200));
    await run(context);
    const [{ as, argv }] = context.specs as [AgentRunSpec];
    expect(as).toBe('gateway');
    expect(argv.slice(0, 2)).toEqual(['/opt/node/bin/node', '-e']);
    expect(JSON.parse(argv[4]!)).toMatchObject({
      url: 'https://inference.local/v1/models',
      ca: '/etc/nemoclaw/ca.pem',
      connectMs: 5000,
      totalMs: 10_000,
    });
  });

  it('takes its bounds from the environment', async () => {
    const context = {
      ...scene(answered(500)),
      env: { NEMOCLAW_INFERENCE_ATTEMPTS: '2', NEMOCLAW_INFERENCE_INTERVAL_MS: '7' },
    };
    await run(context);
    expect(context.specs).toHaveLength(2);
  });
});
