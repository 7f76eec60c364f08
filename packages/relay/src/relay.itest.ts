import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, link, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALIASES, IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { relayBundle } from './bundle.ts';
import type { RelayConfig, RelayReply } from './protocol.ts';
import { agentProgram, callInference, connectTo } from './testing/agent-container.ts';
import { type Certificate, makeCertificate } from './testing/certificate.ts';
import { makeConfig, TEST_KEY } from './testing/config.ts';
import { baseImage, docker, dockerWithInput } from './testing/docker.ts';
import { call } from './testing/http.ts';

const id = `${process.env.NEMOCLAW_TEST_PREFIX ?? 'nemoclaw-test'}-relay-${randomBytes(4).toString('hex')}`;
const name = {
  image: `${id}:test`,
  relay: `${id}-relay`,
  agent: `${id}-agent`,
  inside: `${id}-inside`,
  outside: `${id}-outside`,
  volume: `${id}-config`,
};
const user = `${IDS.relay}:${IDS.relay}`;

let folder: string;
let certificate: Certificate;
let provider: Server;
let authorization: string | undefined;

const network = async (which: string): Promise<{ subnet: string; gateway: string }> => {
  const [config] = JSON.parse(await docker('network', 'inspect', '--format', '{{json .IPAM.Config}}', which));
  return { subnet: config.Subnet, gateway: config.Gateway };
};
const addressOf = (container: string, which: string): Promise<string> =>
  docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${which}").IPAddress}}`, container);
const ingressPort = async (): Promise<number> =>
  Number((await docker('port', name.relay, String(PORTS.ingress))).split(':').at(-1));

const inAgent = (program: string, ...args: string[]): Promise<string> =>
  docker('exec', '-e', `CA=${certificate.cert}`, name.agent, PATHS.node, '-e', program, ...args);
const infer = async (method: string, path: string): Promise<{ status: number; text: string }> =>
  JSON.parse(await inAgent(callInference, method, path));
const asRelay = (as: string, ...argv: string[]) => dockerWithInput('', 'exec', '-u', as, name.relay, ...argv);

const control = (as: string) =>
  dockerWithInput(
    `${JSON.stringify({ protocol: 1, nonce: randomBytes(32).toString('hex'), op: 'status' })}\n`,
    ...['exec', '-i', '-u', as, name.relay, PATHS.node, PATHS.relay, 'control'],
  );
const status = (): Extract<RelayReply, { ok: true }>['result'] => {
  const reply: RelayReply = JSON.parse(control(user).stdout);
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.result;
};
/** The relay's `listening` line; its container is up a little earlier. */
const listening = async (): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (control(user).code !== 0) if (performance.now() > deadline) throw new Error(await docker('logs', name.relay));
};

const buildImage = async (): Promise<void> => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/bundle.ts', import.meta.url))]);
  const base = await baseImage(process.env.NEMOCLAW_TEST_BASE);
  await copyFile(relayBundle(), join(folder, 'relay.mjs'));
  await chmod(join(folder, 'relay.mjs'), 0o644);
  if (base.includes('COPY'))
    await link(process.execPath, join(folder, 'node')).catch(() => copyFile(process.execPath, join(folder, 'node')));
  await writeFile(join(folder, 'Dockerfile'), `${base}\nCOPY relay.mjs ${PATHS.relay}\n`);
  await docker('build', '-q', '-t', name.image, folder);
};

const fillVolume = async (config: RelayConfig): Promise<void> => {
  const files = {
    'relay.json': JSON.stringify(config),
    'leaf.pem': certificate.cert,
    'leaf.key': certificate.key,
    'provider.key': TEST_KEY,
  };
  const write = `const fs = require('node:fs');
    for (const [name, text] of Object.entries(JSON.parse(fs.readFileSync(0)))) {
      fs.writeFileSync('/config/' + name, text, { mode: 0o400 });
      fs.chownSync('/config/' + name, ${IDS.relay}, ${IDS.relay});
    }`;
  const args = [
    'run',
    '--rm',
    '-i',
    '--network',
    'none',
    '-v',
    `${name.volume}:/config`,
    name.image,
    PATHS.node,
    '-e',
    write,
  ];
  const { code, stderr } = dockerWithInput(JSON.stringify(files), ...args);
  if (code !== 0) throw new Error(stderr);
};

const createRelay = async (): Promise<void> => {
  const walls = [
    '--user',
    user,
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    '--read-only',
    '--pids-limit',
    '64',
  ];
  const tmpfs = ['--tmpfs', `/run/nemoclaw:uid=${IDS.relay},gid=${IDS.relay},mode=0700,size=1m`];
  const sysctl = ['--sysctl', 'net.ipv4.ip_forward=0'];
  const volume = ['-v', `${name.volume}:${PATHS.relayConfigDir}:ro`];
  const published = ['-p', `127.0.0.1::${PORTS.ingress}`, '--network', name.outside];
  await docker(
    'create',
    '--init',
    '--name',
    name.relay,
    ...walls,
    ...tmpfs,
    ...sysctl,
    ...volume,
    ...published,
    name.image,
    PATHS.node,
    PATHS.relay,
    'run',
  );
  await docker('network', 'connect', '--alias', ALIASES.inference, '--alias', ALIASES.egress, name.inside, name.relay);
  await docker('start', name.relay);
  await listening();
};

const startAgent = (): Promise<string> =>
  docker(
    'run',
    '-d',
    '--name',
    name.agent,
    '--network',
    name.inside,
    '--network-alias',
    ALIASES.agent,
    name.image,
    PATHS.node,
    '-e',
    agentProgram,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-itest-'));
  certificate = await makeCertificate(ALIASES.inference);
  await buildImage();
  const isolated = [
    '-o',
    'com.docker.network.bridge.gateway_mode_ipv4=isolated',
    '-o',
    'com.docker.network.bridge.gateway_mode_ipv6=isolated',
  ];
  await docker('network', 'create', '--internal', '--ipv6=false', ...isolated, name.inside);
  await docker('network', 'create', '-o', 'com.docker.network.bridge.enable_icc=false', name.outside);
  const [inside, outside] = await Promise.all([network(name.inside), network(name.outside)]);

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
  await docker('volume', 'create', name.volume);
  await fillVolume(config);
  await createRelay();
  await startAgent();
});

afterAll(async () => {
  provider?.close();
  const quietly = (...args: string[]): Promise<unknown> => docker(...args).catch(() => {});
  await quietly('rm', '-f', name.relay, name.agent);
  await Promise.all([
    quietly('network', 'rm', name.inside, name.outside),
    quietly('volume', 'rm', name.volume),
    quietly('rmi', name.image),
  ]);
  await rm(folder, { recursive: true, force: true });
});

describe('the relay in its container', () => {
  it('runs as its own uid with no capability at all, and forwards no packet', () => {
    const ofRelay = `for p in /proc/[0-9]*; do [ "$(readlink $p/exe)" = ${PATHS.node} ] && cat $p/status; done; true`;
    const { stdout } = asRelay(user, 'sh', '-c', ofRelay);
    expect(stdout.match(/^Pid:/gm)).toHaveLength(1);
    const fields = Object.fromEntries(stdout.split('\n').map((line) => line.split(/:\s+/)));
    expect(fields).toMatchObject({
      Uid: Array(4).fill(IDS.relay).join('\t'),
      Gid: Array(4).fill(IDS.relay).join('\t'),
      NoNewPrivs: '1',
    });
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(fields[set], set).toBe('0'.repeat(16));
    expect(asRelay(user, 'cat', '/proc/sys/net/ipv4/ip_forward').stdout).toBe('0\n');
    expect(asRelay(user, 'touch', '/opt/nemoclaw/x').code).not.toBe(0);
  });

  it('answers the agent as inference.local on 443, with the key in its hand only', async () => {
    expect(await infer('GET', '/v1/models')).toEqual({ status: 200, text: 'provider: GET /v1/models' });
    expect(authorization).toBe(`Bearer ${TEST_KEY}`);
    expect((await infer('POST', '/v1/chat/completions')).text).toBe('provider: POST /v1/chat/completions');
    expect((await infer('DELETE', '/v1/models/llama3')).status).toBe(403);
    expect((await infer('GET', '/v1/files')).status).toBe(403);
  });

  it('listens for each side on that side only', async () => {
    const { listeners } = status();
    const [inside, outside] = await Promise.all([
      addressOf(name.relay, name.inside),
      addressOf(name.relay, name.outside),
    ]);
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

  it('shows the provider’s key and its control socket to no other uid', () => {
    const key = `${PATHS.relayConfigDir}/provider.key`;
    expect(asRelay(user, 'cat', key).stdout).toBe(TEST_KEY);
    for (const other of [`${IDS.gateway}:${IDS.gateway}`, `${IDS.tools}:${IDS.tools}`, '0:0']) {
      const { code, stdout } = asRelay(other, 'cat', key);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(control(other).code).not.toBe(0);
    }
  });

  it('lets requests of the host in, and nothing of the agent’s out', async () => {
    const port = await ingressPort();
    expect(await call({ port, path: '/hello' })).toMatchObject({ status: 200, text: 'agent: GET /hello' });
    const proxied = `fetch('http://${ALIASES.egress}:3128/').then(async (r) => console.log(r.status, await r.text()))`;
    expect(await inAgent(proxied)).toMatch(/^403 NemoClaw: .*closed/);
    expect(status().egress.refused).toBe(1);
    expect(await inAgent(connectTo, (await network(name.outside)).gateway, String(PORTS.ingress))).not.toBe('open');
  });

  it('holds requests while the agent’s container is replaced by one with another address', async () => {
    const port = await ingressPort();
    await docker('rm', '-f', name.agent);
    const held = call({ port, path: '/held' });
    // Takes the address that the agent had.
    await docker('run', '-d', '--name', `${name.agent}-other`, '--network', name.inside, name.image, 'sleep', '60');
    try {
      await startAgent();
      expect(await held).toMatchObject({ status: 200, text: 'agent: GET /held' });
      expect(status().ingress.held).toBeGreaterThan(0);
    } finally {
      await docker('rm', '-f', `${name.agent}-other`);
    }
  });

  it('is back after docker restart, and stops by itself in time', async () => {
    const began = performance.now();
    await docker('stop', '-t', '20', name.relay);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', name.relay)).toBe('0');
    await docker('start', name.relay);
    await docker('restart', name.relay);
    await listening();
    expect((await infer('GET', '/v1/models')).status).toBe(200);
    expect((await call({ port: await ingressPort() })).status).toBe(200);
    expect(status().upMs).toBeLessThan(30_000);
    expect(await docker('logs', name.relay)).not.toContain(TEST_KEY);
  });
});
