import type { HelperResult, HostEndpoint, ProbeContext } from '@nemoclaw/plugin-api';
import { testProbe } from '@nemoclaw/testkit/conformance';
import { EGRESS, probeContext } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import type { Dial, DialOutcome } from './dial-program.ts';
import probe, { BRIDGE_CODES } from './index.ts';

const ollama: HostEndpoint = { purpose: 'provider ollama', host: 'host.nemoclaw.internal', port: 11434 };
const other: HostEndpoint = { purpose: 'provider vllm', host: 'host.nemoclaw.internal', port: 8000 };

const dial = (outcome: DialOutcome): Dial =>
  outcome === 'unresolved'
    ? { outcome, detail: 'ENOTFOUND' }
    : { outcome, address: EGRESS.gateway, detail: outcome === 'refused' ? 'ECONNREFUSED' : '' };
const exited = (...outcomes: DialOutcome[]): HelperResult => ({
  outcome: 'exited',
  exitCode: 0,
  stdout: JSON.stringify({ dials: outcomes.map(dial) }),
  stderr: '',
});

interface Scene {
  helper?: HelperResult;
  endpoints?: HostEndpoint[];
  /** Host addresses with a port that answer the host itself. */
  open?: string[];
  egress?: ProbeContext['egress'];
}

const scene = ({ helper = exited('connected'), endpoints = [ollama], open = [], egress = EGRESS }: Scene) =>
  probeContext({
    egress,
    hostEndpoints: endpoints,
    helperImage: 'sha256:1',
    runHelper: async () => helper,
    connectFromHost: async (host, port) => (open.includes(`${host}:${port}`) ? 'open' : 'refused'),
  });

const notStarted = (reason: Extract<HelperResult, { outcome: 'not_started' }>['reason']): HelperResult => ({
  outcome: 'not_started',
  reason,
  message: `engine says\n${reason}`,
});

testProbe(probe, {
  codes: BRIDGE_CODES,
  cases: [
    { title: 'the container connects', context: () => scene({}), code: 'ok' },
    { title: 'packets are dropped', context: () => scene({ helper: exited('timeout') }), code: 'tcp_failed' },
    {
      title: 'a firewall answers for a server that the host reaches',
      context: () => scene({ helper: exited('refused'), open: [`${EGRESS.gateway}:11434`, '127.0.0.1:11434'] }),
      code: 'tcp_failed',
    },
    { title: 'nothing listens', context: () => scene({ helper: exited('refused') }), code: 'tcp_failed' },
    {
      title: 'only the loopback answers',
      context: () => scene({ helper: exited('refused'), open: ['127.0.0.1:11434'] }),
      code: 'bound_to_loopback',
    },
    {
      title: 'only the loopback of IPv6 answers',
      context: () => scene({ helper: exited('refused'), open: ['::1:11434'] }),
      code: 'bound_to_loopback',
    },
    { title: 'unknown name', context: () => scene({ helper: exited('unresolved') }), code: 'probe_unavailable' },
    {
      title: 'an unknown exit',
      context: () => scene({ helper: { outcome: 'exited', exitCode: 139, stdout: '', stderr: '\u001b[31mboom' } }),
      code: 'probe_unavailable',
    },
    {
      title: 'a helper that hangs',
      context: () => scene({ helper: { outcome: 'timed_out', stdout: '', stderr: '' } }),
      code: 'probe_timeout',
    },
    {
      title: 'no network',
      context: () => scene({ helper: notStarted('network_not_found') }),
      code: 'network_not_found',
    },
    { title: 'no veth', context: () => scene({ helper: notStarted('veth_unsupported') }), code: 'veth_unsupported' },
    {
      title: 'no engine',
      context: () => scene({ helper: notStarted('engine_unreachable') }),
      code: 'engine_unreachable',
    },
    {
      title: 'no image',
      context: () => scene({ helper: notStarted('image_not_found') }),
      code: 'probe_unavailable',
    },
    { title: 'a remote provider', context: () => scene({ endpoints: [] }) },
    { title: 'no egress network', context: () => probeContext({ hostEndpoints: [ollama] }) },
    { title: 'no helper image', context: () => probeContext({ hostEndpoints: [ollama], egress: EGRESS }) },
  ],
});

const run = (given: Scene) => probe.run(scene(given), new AbortController().signal);

describe('what the bridge probe tells the user', () => {
  it('gives the firewall rule for exactly that subnet, gateway and port', async () => {
    const result = await run({ helper: exited('timeout') });
    expect(result.status).toBe('fail');
    expect(result.remedy[0]).toBe('sudo ufw allow from 172.30.0.0/24 to 172.30.0.1 port 11434 proto tcp');
  });

  it('never blames a firewall when the server listens on the loopback', async () => {
    const { status, remedy } = await run({ helper: exited('refused'), open: ['127.0.0.1:11434'] });
    expect(status).toBe('fail');
    expect(remedy[0]).toContain('OLLAMA_HOST=172.30.0.1:11434');
    expect(remedy[1]).toContain('--forward');
    expect(remedy.join()).not.toMatch(/ufw|firewall/);
  });

  it('says both when a firewall stands before a server on the loopback', async () => {
    const { code, remedy } = await run({ helper: exited('timeout'), open: ['127.0.0.1:11434'] });
    expect(code).toBe('tcp_failed');
    expect(remedy.join('\n')).toMatch(/ufw allow.*OLLAMA_HOST/s);
  });

  it('warns and blames nobody when a name does not resolve', async () => {
    const { status, layer, remedy } = await run({ helper: exited('unresolved') });
    expect([status, layer]).toEqual(['warn', 'dns']);
    expect(remedy.join()).not.toMatch(/ufw|firewall/);
  });

  it('offers no host firewall command for an engine in a virtual machine', async () => {
    const { remedy } = await run({
      helper: exited('timeout'),
      egress: { ...EGRESS, extraHosts: { 'host.nemoclaw.internal': 'host-gateway' } },
    });
    expect(remedy.join()).not.toContain('ufw');
  });

  it.each<[DialOutcome, DialOutcome, string]>([
    ['connected', 'connected', 'ok'],
    ['connected', 'unresolved', 'probe_unavailable'],
    ['unresolved', 'refused', 'bound_to_loopback'],
    ['refused', 'timeout', 'tcp_failed'],
  ])('judges each endpoint and answers with the worst: %s and %s are %s', async (first, second, code) => {
    const result = await run({
      endpoints: [ollama, other],
      helper: exited(first, second),
      open: ['127.0.0.1:11434', '127.0.0.1:8000'],
    });
    expect(result.code).toBe(code);
    expect(result.evidence.endpoints).toHaveLength(2);
  });

  it('runs one helper for all endpoints, with their mapping, as nobody', async () => {
    const specs: unknown[] = [];
    const context = {
      ...scene({ endpoints: [ollama, other] }),
      runHelper: async (spec: unknown) => {
        specs.push(spec);
        return exited('connected', 'connected');
      },
    };
    await probe.run(context, new AbortController().signal);
    expect(specs).toEqual([
      expect.objectContaining({ network: EGRESS.networkId, extraHosts: EGRESS.extraHosts, user: '65534:65534' }),
    ]);
  });

  it('asks the host nothing while all is well', async () => {
    const asked: string[] = [];
    const connectFromHost = async (host: string) => {
      asked.push(host);
      return 'open' as const;
    };
    await probe.run({ ...scene({}), connectFromHost }, new AbortController().signal);
    expect(asked).toEqual([]);
  });
});
