import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { ALIASES, IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayReply } from './protocol.ts';
import { callInference, connectTo } from './testing/agent-container.ts';
import { makeConfig, TEST_KEY } from './testing/config.ts';
import { call } from './testing/http.ts';
import { createWorld, type Exit, type World } from './testing/world.ts';

let world: World;
let relay: string;
let agent: string;
let provider: Server;
let authorization: string | undefined;

const addressOf = async (id: string, network: { id: string }): Promise<string> =>
  (await world.driver.inspect(id))?.networks.find((one) => one.id === network.id)?.ipv4 ?? '';
const ingressPort = async (): Promise<number> => (await world.driver.inspect(relay))?.ports[PORTS.ingress] ?? 0;

const inAgent = async (program: string, ...args: string[]): Promise<string> => {
  const env = { CA: world.certificate.cert };
  const { stdout, stderr } = await world.run(agent, 0, [PATHS.node, '-e', program, ...args], { env });
  if (stdout === '') throw new Error(stderr);
  return stdout.trimEnd();
};
const infer = async (method: string, path: string): Promise<{ status: number; text: string }> =>
  JSON.parse(await inAgent(callInference, method, path));
const inRelay = (uid: number, ...argv: string[]): Promise<Exit> => world.run(relay, uid, argv);

const control = (uid: number): Promise<Exit> => {
  const request = { protocol: 1, nonce: randomBytes(32).toString('hex'), op: 'status' };
  return world.run(relay, uid, [PATHS.node, PATHS.relay, 'control'], { stdin: `${JSON.stringify(request)}\n` });
};
const status = async (): Promise<Extract<RelayReply, { ok: true }>['result']> => {
  const reply: RelayReply = JSON.parse((await control(IDS.relay)).stdout);
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.result;
};
/** The relay's `listening` line; its container is up a little earlier. */
const listening = async (): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while ((await control(IDS.relay)).code !== 0)
    if (performance.now() > deadline) throw new Error(await world.logs(relay));
};

beforeAll(async () => {
  world = await createWorld();
  const { inside, outside } = world;
  provider = createServer((req, res) => {
    authorization = req.headers.authorization;
    res.end(`provider: ${req.method} ${req.url}`);
  });
  await new Promise<void>((resolve) => provider.listen(0, outside.gateway, resolve));
  const address = provider.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

  const config = makeConfig({ baseUrl: `http://${outside.gateway}:${port}/v1`, ingress: { holdMs: 20_000 } });
  config.inference.port = PORTS.inference;
  config.ingress = { ...config.ingress, port: PORTS.ingress, target: { host: ALIASES.agent, port: PORTS.frontDoor } };
  config.egress.port = PORTS.egressProxy;
  config.interfaces = { sandbox: inside.subnet, egress: outside.subnet };
  relay = await world.relay(config);
  await world.driver.start(relay);
  await listening();
  agent = await world.startAgent();
});

afterAll(async () => {
  provider?.close();
  await world?.clean();
});

describe('the relay in its container', () => {
  it('runs as its own uid with no capability at all, and forwards no packet', async () => {
    const ofRelay = `for p in /proc/[0-9]*; do [ "$(readlink $p/exe)" = ${PATHS.node} ] && cat $p/status; done; true`;
    const { stdout } = await inRelay(IDS.relay, 'sh', '-c', ofRelay);
    expect(stdout.match(/^Pid:/gm)).toHaveLength(1);
    const fields = Object.fromEntries(stdout.split('\n').map((line) => line.split(/:\s+/)));
    expect(fields).toMatchObject({
      Uid: Array(4).fill(IDS.relay).join('\t'),
      Gid: Array(4).fill(IDS.relay).join('\t'),
      NoNewPrivs: '1',
    });
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(fields[set], set).toBe('0'.repeat(16));
    expect((await inRelay(IDS.relay, 'cat', '/proc/sys/net/ipv4/ip_forward')).stdout).toBe('0\n');
    expect((await inRelay(IDS.relay, 'touch', '/opt/nemoclaw/x')).code).not.toBe(0);
  });

  it('answers the agent as inference.local on 443, with the key in its hand only', async () => {
    expect(await infer('GET', '/v1/models')).toEqual({ status: 200, text: 'provider: GET /v1/models' });
    expect(authorization).toBe(`Bearer ${TEST_KEY}`);
    expect((await infer('POST', '/v1/chat/completions')).text).toBe('provider: POST /v1/chat/completions');
    expect((await infer('DELETE', '/v1/models/llama3')).status).toBe(403);
    expect((await infer('GET', '/v1/files')).status).toBe(403);
  });

  it('listens for each side on that side only', async () => {
    const { listeners } = await status();
    const [inside, outside] = await Promise.all([addressOf(relay, world.inside), addressOf(relay, world.outside)]);
    expect(listeners).toEqual({ inference: `${inside}:443`, egress: `${inside}:3128`, ingress: `${outside}:18001` });
    expect(await inAgent(connectTo, ALIASES.inference, '443')).toBe('open');
    expect(await inAgent(connectTo, ALIASES.egress, '3128')).toBe('open');
    expect(await inAgent(connectTo, inside, String(PORTS.ingress))).toBe('ECONNREFUSED');
    expect(await inAgent(connectTo, outside, String(PORTS.ingress))).not.toBe('open');
    for (const port of [443, 3128]) {
      const fromHost = await new Promise((resolve) => {
        const socket = connect({ host: outside, port, timeout: 1_500 }, () => resolve('open'));
        socket
          .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
          .on('timeout', () => resolve('timeout'));
      });
      expect(fromHost).toBe('ECONNREFUSED');
    }
  });

  it('shows the provider’s key and its control socket to no other uid', async () => {
    const key = `${PATHS.relayConfigDir}/provider.key`;
    expect((await inRelay(IDS.relay, 'cat', key)).stdout).toBe(TEST_KEY);
    for (const other of [IDS.gateway, IDS.tools, 0]) {
      const { code, stdout } = await inRelay(other, 'cat', key);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect((await control(other)).code).not.toBe(0);
    }
  });

  it('lets requests of the host in, and nothing of the agent’s out', async () => {
    const port = await ingressPort();
    expect(await call({ port, path: '/hello' })).toMatchObject({ status: 200, text: 'agent: GET /hello' });
    const proxied = `fetch('http://${ALIASES.egress}:3128/').then(async (r) => console.log(r.status, await r.text()))`;
    expect(await inAgent(proxied)).toMatch(/^403 NemoClaw: .*closed/);
    expect((await status()).egress.refused).toBe(1);
    expect(await inAgent(connectTo, world.outside.gateway, String(PORTS.ingress))).not.toBe('open');
  });

  it('holds requests while the agent’s container is replaced by one with another address', async () => {
    const port = await ingressPort();
    await world.driver.remove(agent, { force: true });
    const held = call({ port, path: '/held' });
    // Takes the address that the agent had.
    const idler = await world.startIdler();
    try {
      agent = await world.startAgent();
      expect(await held).toMatchObject({ status: 200, text: 'agent: GET /held' });
      expect((await status()).ingress.held).toBeGreaterThan(0);
    } finally {
      await world.driver.remove(idler, { force: true });
    }
  });

  it('is back after docker restart, and stops by itself in time', async () => {
    const began = performance.now();
    await world.driver.stop(relay, { timeoutSeconds: 20 });
    expect(performance.now() - began).toBeLessThan(6_000);
    expect((await world.driver.inspect(relay))?.exitCode).toBe(0);
    await world.driver.start(relay);
    await world.driver.restart(relay, { timeoutSeconds: 20 });
    await listening();
    expect((await infer('GET', '/v1/models')).status).toBe(200);
    expect((await call({ port: await ingressPort() })).status).toBe(200);
    expect((await status()).upMs).toBeLessThan(30_000);
    expect(await world.logs(relay)).not.toContain(TEST_KEY);
  });
});
