import type { DoctorResult, OnboardPlan, PluginReport, RestartReport, StatusResult } from '@nemoclaw/core';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { describe, expect, it } from 'vitest';
import { sandboxRecord } from '../testing/record.ts';
import { renderAgents } from './agents.ts';
import { doctorFailures, renderDoctor } from './doctor.ts';
import { renderDestroy, renderRecover } from './endings.ts';
import { renderGatewayStatus, renderRestart } from './gateway.ts';
import { renderGpuList } from './gpu.ts';
import { renderList } from './list.ts';
import { renderOnboard } from './onboard.ts';
import { brokenPlugins, renderPlugins, renderPluginsDoctor } from './plugins.ts';
import { renderStatus, renderStatuses } from './status.ts';

const NOW = new Date('2026-01-02T03:10:00.000Z');

describe('list', () => {
  it('says how to make the first sandbox', () => {
    expect(renderList([], 'nemohermes', NOW)).toBe('No sandbox yet. `nemohermes onboard --name demo` makes one.\n');
  });

  it('is a table without trailing spaces', () => {
    const [header, row] = renderList([sandboxRecord()], 'nemoclaw', NOW).split('\n');
    expect(header).toMatch(/^NAME +PHASE +AGENT +MODEL +GPU +INGRESS +CREATED$/);
    expect(row).toMatch(
      /^demo +ready +openclaw 2026\.9\.6 +llamacpp\/SmolLM2-135M-Instruct +none +127\.0\.0\.1:18801 +5m ago$/,
    );
  });

  it('claims no proof of a GPU that there is not', () => {
    const gpu = { mode: 'auto', strategy: 'native-cdi', reason: 'CDI', requested: ['0'] } as const;
    const record = sandboxRecord({ gpu: { ...gpu, requested: ['0'] } });
    expect(renderList([record], 'nemoclaw', NOW)).toContain('native-cdi (not proved)');
  });
});

describe('status', () => {
  const status = (more: Partial<StatusResult> = {}): string => renderStatus({ record: sandboxRecord(), ...more }, NOW);

  it('gives each proof its age and calls the rest not proved', () => {
    expect(status()).toMatch(/gateway +started 5m ago\n/);
    expect(status()).toMatch(/inference +200 from the agent's namespace 4m ago\n/);
    expect(status()).toMatch(/chat +not proved\n/);
    expect(status()).toMatch(/gpu +none: no NVIDIA GPU on this host\n/);
  });

  it('says for how long the certificate is good, and what renews one that is not', () => {
    expect(status()).toMatch(/certificate +valid until 2026-04-02T03:04:05\.000Z, 89d left\n/);
    const record = sandboxRecord({ certificateNotAfter: '2026-01-01T03:10:00.000Z' });
    expect(renderStatus({ record }, NOW)).toMatch(
      /certificate +ended 1d ago: `demo recover` or `demo gateway restart` renews it\n/,
    );
  });

  it('has the way from the host to the agent with its proof', () => {
    expect(status()).toMatch(/ingress +http:\/\/127\.0\.0\.1:18801, not proved\n/);
    const ingress = { at: '2026-01-02T03:09:00.000Z', summary: 'answered 200 in 3 ms' };
    const record = sandboxRecord({ proofs: { ingress } });
    expect(renderStatus({ record }, NOW)).toMatch(/ingress +http:.*, answered 200 in 3 ms 1m ago\n/);
  });

  it('names a pending operation and what finishes it', () => {
    const pending = { operation: 'onboard', step: 'image', startedAt: '2026-01-02T03:09:00.000Z' };
    expect(status({ pending })).toMatch(/pending +onboard stopped at step image, started 1m ago; `demo recover`/);
  });

  it('says why it is not ready now', () => {
    const live: StatusResult['live'] = {
      agent: { state: 'stopped' },
      relay: { state: 'running' },
      verdict: 'not_ready',
      reasons: ['the agent container is exited'],
    };
    expect(status({ live })).toMatch(
      /live +not ready\n +agent +stopped\n +relay +running\n +because +the agent container/,
    );
  });

  it('parts several sandboxes by a blank line', () => {
    const two = [{ record: sandboxRecord() }, { record: sandboxRecord({ name: 'beta' }) }];
    expect(renderStatuses(two, 'nemoclaw', NOW).match(/\n\nsandbox +beta/)).not.toBeNull();
  });
});

const restart: RestartReport = {
  before: { pid: 12, startTime: '100' },
  after: { pid: 34, startTime: '200' },
  method: 'stop-start',
  stopMs: 1200,
  startMs: 8300,
  settledMs: 3000,
  killed: true,
  ingress: { url: 'http://127.0.0.1:18801/healthz', status: 200, elapsedMs: 7 },
  heldRequests: 2,
};

describe('gateway', () => {
  it('reports identities, times and ingress of a restart', () => {
    const text = renderRestart(restart);
    expect(text).toMatch(/gateway +pid 12 → pid 34 \(stop-start\)/);
    expect(text).toMatch(/stop +1\.2s, killed after its drain budget/);
    expect(text).toMatch(/ingress +200 from http:\/\/127\.0\.0\.1:18801\/healthz in 7ms/);
  });

  it('strips what the gateway wrote of its control characters', () => {
    const status: SupervisorStatus = {
      protocol: 1,
      sandboxId: 's',
      generation: 'g',
      agent: 'openclaw',
      agentVersion: '1',
      state: 'backoff',
      reason: 'crashed\u001b[2J',
      restarts: 3,
      lastExit: { code: 1, signal: null, expected: false, atMs: 0 },
      lastLines: ['\u001b[31mboom\u001b[0m'],
      frontDoor: { port: 18789, passed: 1, held: 0, refused: 2 },
    };
    const text = renderGatewayStatus(status);
    expect(text).toMatch(/gateway +backoff: crashed\n/);
    expect(text).toMatch(/last exit +code 1, signal none, unexpected/);
    expect(text).toContain('boom');
    expect(text).not.toContain('\u001b');
  });
});

describe('doctor', () => {
  const result: DoctorResult = {
    checks: [{ id: 'engine', status: 'ok', summary: 'Docker 28.5', remedy: ['never shown'] }],
    results: [
      {
        probe: 'bridge',
        status: 'fail',
        code: 'tcp_failed',
        layer: 'tcp',
        summary: 'no answer',
        remedy: ['sudo ufw allow from 172.18.0.0/16'],
        evidence: {},
        elapsedMs: 2000,
      },
    ],
  };

  it('gives a remedy to what is wrong only', () => {
    const text = renderDoctor(result);
    expect(text).toMatch(/^ok {4}engine: Docker 28\.5\nFAIL {2}bridge \(tcp_failed, 2s\): no answer\n +sudo ufw allow/);
    expect(text).not.toContain('never shown');
    expect(doctorFailures(result)).toBe(1);
  });
});

describe('onboard', () => {
  const plan: OnboardPlan = {
    sandbox: 'demo',
    agent: { id: 'openclaw', version: '1', plugin: 'p@1' },
    provider: { id: 'ollama', endpoint: 'http://x:1/v1', model: 'm', contextTokens: 8192, why: 'it answered' },
    profile: { id: 'compact', why: 'fits 8192' },
    isolation: { mode: 'shared', why: 'as named' },
    gpu: { bids: [], chosen: null, reason: 'no GPU' },
    steps: [{ id: 'image', title: 'Build the image' }],
    provenance: { 'env.X': 'a-plugin@1' },
  };

  it('says how to talk to it', () => {
    const text = renderOnboard(
      { plan, record: sandboxRecord(), answer: 'Hi\u0007!', warnings: [], timings: { image: 61_000 } },
      'nemoclaw',
    );
    expect(text).toContain('Sandbox demo is ready after 61.0s');
    expect(text).toContain('nemoclaw demo chat "Hello"');
    expect(text).toContain('answer  Hi!');
  });

  it('says who set what in a dry run', () => {
    const text = renderOnboard({ plan, warnings: [], timings: {} }, 'nemoclaw');
    expect(text).toMatch(/^Dry run: nothing was made\.\n/);
    expect(text).toMatch(/env\.X +set by a-plugin@1/);
  });
});

describe('plugins', () => {
  const plugin = (diagnosis: PluginReport['contributions'][number]['diagnosis']): PluginReport => ({
    name: 'p',
    version: '1.0.0',
    source: 'installed',
    api: '1.0',
    diagnosis: 'ok',
    contributions: [{ kind: 'gpu', id: 'x', diagnosis, reason: 'wants API 2', fix: 'upgrade' }],
    hooks: [],
  });

  it.each([
    ['ok', 0],
    ['disabled', 0],
    ['incompatible', 1],
    ['conflict', 1],
  ] as const)('%s makes %i broken', (diagnosis, broken) => {
    expect(brokenPlugins([plugin(diagnosis)])).toHaveLength(broken);
  });

  it('counts a package that is broken as a whole', () => {
    const broken = { ...plugin('ok'), diagnosis: 'invalid', reason: 'no api', contributions: [] } as const;
    expect(renderPluginsDoctor([{ ...broken, contributions: [] }])).toContain(': invalid\n  no api');
  });

  it('shows reason and fix of what is broken', () => {
    expect(renderPluginsDoctor([plugin('incompatible')])).toContain(
      'gpu x: incompatible\n    wants API 2\n    fix: upgrade',
    );
    expect(renderPluginsDoctor([plugin('ok')])).toBe('All 1 contributions of 1 plugins are well.\n');
    expect(renderPlugins([plugin('ok')])).toContain('gpu:x');
  });
});

it('marks the chosen GPU strategy', () => {
  const bid = {
    strategy: 'native-cdi',
    applicable: true,
    priority: 1,
    reason: 'CDI',
    evidence: ['gpu=0'],
    warnings: [],
    activation: 'create' as const,
  };
  const text = renderGpuList({ bids: [bid], chosen: 'native-cdi', reason: 'highest' });
  expect(text).toBe('* native-cdi: applies, CDI\n      gpu=0\nchosen: native-cdi, highest\n');
});

it('lists agents with what they need', () => {
  const agents = [
    {
      id: 'a',
      title: 'A',
      version: '1',
      plugin: 'p@1',
      memoryBytes: 3 * 2 ** 30,
      profiles: [{ id: 'full', promptTokens: 9 }],
      isolation: [
        { mode: 'separate', memoryBytes: 512 * 2 ** 20, note: '' },
        { mode: 'shared', memoryBytes: 0, note: '' },
      ],
    },
  ];
  expect(renderAgents(agents)).toMatch(
    /a +1 +3072 MiB +full \(9 tokens\) +separate \(\+512 MiB, default\), shared +p@1/,
  );
  expect(renderAgents([])).toContain('plugins doctor');
});

it('says what is gone and what is not', () => {
  const removed = { containers: 2, networks: 1, volumes: 4, files: false };
  expect(renderDestroy('demo', { removed, notes: ['kept the images'] })).toBe(
    'Destroyed demo: 2 containers, 1 networks, 4 volumes; its files are still there.\nkept the images\n',
  );
});

it.each([
  ['healthy', 'demo is healthy.'],
  ['removed', 'demo was half made and is removed.'],
  ['nothing_to_do', 'demo is healthy: nothing had to be recovered, and all of it was proved again just now.'],
] as const)('ends recover with its verdict: %s', (verdict, words) => {
  expect(renderRecover('demo', { actions: ['started'], verdict })).toBe(`started\n${words}\n`);
});
