import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import type { Driver, HostEndpoint, NetworkState, ProbeContext, ProbeResult } from '@nemoclaw/plugin-api';
import { probeContext } from '@nemoclaw/testkit/contexts';
import { connectFromHost, engineDriver, testImages, testObjects } from '@nemoclaw/testkit/contexts/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import probe from './index.ts';

const asRoot = process.getuid?.() === 0;
const objects = testObjects('bridge', process.env);
const driver = engineDriver(process.env);
let image: string;
let egress: NetworkState;

beforeAll(async () => {
  image = (await testImages(driver, process.env)).base;
  egress = await driver.ensureNetwork({
    name: objects.name('egress'),
    labels: objects.labels,
    kind: 'egress',
    subnets: ['10.213.71.0/24', '10.213.72.0/24', '10.213.73.0/24'],
  });
});
afterAll(async () => {
  expect(await driver.list(objects.labels), 'helpers were left behind').toEqual([]);
  if (egress) await driver.removeNetwork(egress.id);
});

interface Scene {
  endpoints: HostEndpoint[];
  networkId?: string;
  driver?: Driver;
  image?: string;
  env?: ProbeContext['env'];
}

let helpers = 0;
function run(scene: Scene): Promise<ProbeResult> {
  const context = probeContext({
    egress: {
      networkId: scene.networkId ?? egress.id,
      networkName: egress.name,
      subnet: egress.subnet,
      gateway: egress.gateway,
      extraHosts: { 'host.nemoclaw.internal': egress.gateway },
    },
    hostEndpoints: scene.endpoints,
    env: scene.env ?? {},
    connectFromHost,
    helperImage: scene.image ?? image,
    runHelper: (spec, signal) =>
      (scene.driver ?? driver).runHelper(
        { ...spec, name: objects.name(`helper-${helpers++}`), labels: objects.labels, image: scene.image ?? image },
        signal ? { signal } : {},
      ),
  });
  return probe.run(context, new AbortController().signal);
}

const endpoint = (port: number, host = 'host.nemoclaw.internal'): HostEndpoint => ({
  purpose: 'provider ollama',
  host,
  port,
});

/** A server on this host for as long as `use` runs. */
async function serving<T>(address: string, use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer((socket) => socket.end());
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve((server.address() as { port: number }).port));
  });
  try {
    return await use(port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

async function withFirewall<T>(target: string[], port: number, use: () => Promise<T>): Promise<T> {
  const rule = ['INPUT', '-s', egress.subnet, '-p', 'tcp', '--dport', String(port), '-j', ...target];
  const iptables = (action: string) => promisify(execFile)('iptables', ['-w', action, ...rule]);
  await iptables('-I');
  try {
    return await use();
  } finally {
    await iptables('-D');
  }
}

describe('the bridge probe on a real engine', () => {
  it('reaches a server that listens on all addresses', async () => {
    const result = await serving('0.0.0.0', (port) => run({ endpoints: [endpoint(port)] }));
    expect(result).toMatchObject({ code: 'ok', status: 'ok', remedy: [] });
  });

  it("reaches a server that listens on the egress gateway's address only", async () => {
    const result = await serving(egress.gateway, (port) => run({ endpoints: [endpoint(port)] }));
    expect(result.code).toBe('ok');
  });

  it('finds a server that listens on the loopback only, and blames no firewall', async () => {
    await serving('127.0.0.1', async (port) => {
      const result = await run({ endpoints: [endpoint(port)] });
      expect(result).toMatchObject({ code: 'bound_to_loopback', status: 'fail', layer: 'tcp' });
      expect(result.remedy.join('\n')).toContain(`OLLAMA_HOST=${egress.gateway}:${port}`);
      expect(result.remedy.join('\n')).toContain('--forward');
      expect(result.remedy.join('\n')).not.toContain('ufw');
    });
  });

  it('says that nothing listens where nothing does', async () => {
    const port = await serving('0.0.0.0', async (once) => once);
    const result = await run({ endpoints: [endpoint(port)] });
    expect(result).toMatchObject({ code: 'tcp_failed', evidence: { endpoints: [{ cause: 'nothing_listens' }] } });
    expect(result.remedy.join('\n')).not.toContain('ufw');
  });

  it.skipIf(!asRoot).each([
    ['drops', ['DROP'], 'filtered', '0.0.0.0'],
    ['rejects by ICMP', ['REJECT', '--reject-with', 'icmp-host-prohibited'], 'rejected', '0.0.0.0'],
    ['drops, before a server on the loopback', ['DROP'], 'filtered', '127.0.0.1'],
  ])('names the rule that opens a firewall which %s', async (_how, target, cause, address) => {
    await serving(address, async (port) => {
      const result = await withFirewall(target, port, () =>
        run({ endpoints: [endpoint(port)], env: { NEMOCLAW_BRIDGE_CONNECT_MS: '1500' } }),
      );
      expect(result).toMatchObject({ code: 'tcp_failed', status: 'fail', evidence: { endpoints: [{ cause }] } });
      expect(result.remedy[0]).toBe(`sudo ufw allow from ${egress.subnet} to ${egress.gateway} port ${port} proto tcp`);
    });
  });

  it('warns about a name that does not resolve', async () => {
    const result = await run({ endpoints: [endpoint(80, 'no-such-host.nemoclaw.internal')] });
    expect(result).toMatchObject({ code: 'probe_unavailable', status: 'warn', layer: 'dns' });
  });

  it('judges each port on its own', async () => {
    await serving('0.0.0.0', (open) =>
      serving('127.0.0.1', async (hidden) => {
        const result = await run({ endpoints: [endpoint(open), endpoint(hidden)] });
        expect(result).toMatchObject({
          code: 'bound_to_loopback',
          evidence: {
            endpoints: [
              { port: open, code: 'ok' },
              { port: hidden, code: 'bound_to_loopback' },
            ],
          },
        });
      }),
    );
  });

  it('knows an egress network that is gone', async () => {
    const result = await run({ endpoints: [endpoint(80)], networkId: 'f'.repeat(64) });
    expect(result).toMatchObject({ code: 'network_not_found', status: 'fail', layer: 'engine' });
  });

  it('warns when the helper image is not there', async () => {
    const result = await run({ endpoints: [endpoint(80)], image: `${objects.name('none')}:none` });
    expect(result).toMatchObject({ code: 'probe_unavailable', status: 'warn' });
  });

  it('knows an engine that is not there', async () => {
    const elsewhere = engineDriver({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    const result = await run({ endpoints: [endpoint(80)], driver: elsewhere });
    expect(result).toMatchObject({ code: 'engine_unreachable', status: 'fail' });
  });
});
