import type { ContainerSpec, Driver, ProbeContext, ProbeResult } from '@nemoclaw/plugin-api';
import { ALIASES, IDS, PATHS } from '@nemoclaw/plugin-api';
import { probeContext } from '@nemoclaw/testkit/contexts';
import {
  containerSpec,
  engineDriver,
  runInContainer,
  testImages,
  testObjects,
} from '@nemoclaw/testkit/contexts/engine';
import { createTlsAuthority, type TlsAuthority } from '@nemoclaw/testkit/contexts/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import probe from './index.ts';
import { MODELS_URL } from './run.ts';

const objects = testObjects('inference', process.env);
const driver: Driver = engineDriver(process.env);
const made: { containers: string[]; volumes: string[]; networks: string[] } = {
  containers: [],
  volumes: [],
  networks: [],
};
/** Bounds for answers that never come; all other cases end long before. */
const SHORT = {
  NEMOCLAW_INFERENCE_CONNECT_MS: '700',
  NEMOCLAW_INFERENCE_TOTAL_MS: '1500',
  NEMOCLAW_INFERENCE_ATTEMPTS: '1',
};
const GATEWAY = ['/usr/bin/sleep', '424242'];
const LAUNCHER_CAPABILITIES = ['SETUID', 'SETGID', 'KILL'];

let image: string;
let authority: TlsAuthority;
let sealed: string;
let server: string;
let agent: string;

/** Speaks TLS on ADDRESS:443 and answers as it was last told through its loopback port 8081. */
const SERVER = `'use strict';
const https = require('node:https');
const http = require('node:http');
const certificates = JSON.parse(process.env.CERTIFICATES);
let mode = { status: '200', certificate: 'good', listen: '1' };
const server = https.createServer(certificates.good, (request, response) => {
  if (mode.status === 'hang') return;
  if (mode.status === 'cut') return request.socket.destroy();
  response.writeHead(Number(mode.status), { 'content-type': 'application/json' });
  response.end(JSON.stringify(request.url === '/v1/models' ? { data: [{ id: 'one' }] } : { error: 'not this path' }));
});
const listen = () => new Promise((resolve) => server.listen(443, process.env.ADDRESS, resolve));
const close = () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
listen().then(() => http.createServer(async (request, response) => {
  mode = { ...mode, ...Object.fromEntries(new URL(request.url, 'http://x').searchParams) };
  server.setSecureContext(certificates[mode.certificate]);
  if (mode.listen === '1' && !server.listening) await listen();
  if (mode.listen !== '1' && server.listening) await close();
  response.end('done');
}).listen(8081, '127.0.0.1'));
`;

const start = async (what: string, spec: Partial<ContainerSpec>): Promise<string> => {
  const { id } = await driver.create(
    containerSpec({ name: objects.name(what), labels: objects.labels, image, ...spec }),
  );
  made.containers.push(id);
  await driver.start(id);
  return id;
};

/** Waits inside the container, in one call, until the server's control port answers. */
const tell = async (mode: Record<string, string>): Promise<void> => {
  const program = `const ask = (left) => fetch('http://127.0.0.1:8081/?' + process.argv[1]).then((answer) => answer.text())
    .catch((error) => { if (left === 0) throw error; return new Promise((resolve) => setTimeout(resolve, 50)).then(() => ask(left - 1)); });
    ask(100).then((text) => process.stdout.write(text));`;
  const { stdout, stderr } = await driver.exec(server, {
    argv: [PATHS.node, '-e', program, '--', new URLSearchParams(mode).toString()],
    uid: 0,
    gid: 0,
    timeoutMs: 10_000,
  });
  expect(stdout.toString(), stderr.toString()).toBe('done');
};

const serverSpec = (certificates: string, address: string): Partial<ContainerSpec> => ({
  command: [PATHS.node, '-e', SERVER],
  env: { CERTIFICATES: certificates, ADDRESS: address },
  capAdd: ['NET_BIND_SERVICE'],
});

let certificates: string;
beforeAll(async () => {
  image = (await testImages(driver, process.env)).base;
  authority = await createTlsAuthority();
  certificates = JSON.stringify({
    good: await authority.issue([ALIASES.inference]),
    otherName: await authority.issue(['elsewhere.local']),
    expired: await authority.issue([ALIASES.inference], { notBefore: new Date(1e12), notAfter: new Date(1.1e12) }),
    otherAuthority: await (await createTlsAuthority()).issue([ALIASES.inference]),
  });
  const network = await driver.ensureNetwork({
    name: objects.name('sandbox'),
    labels: objects.labels,
    kind: 'isolated',
    subnets: ['10.213.81.0/28', '10.213.82.0/28', '10.213.83.0/28'],
  });
  made.networks.push(network.id);
  sealed = (await driver.ensureVolume({ name: objects.name('sealed'), labels: objects.labels })).name;
  made.volumes.push(sealed);
  await driver.putFiles({
    volume: sealed,
    image,
    labels: objects.labels,
    files: [{ path: 'ca.pem', type: 'file', content: authority.ca, mode: 0o444, uid: 0, gid: 0 }],
  });
  const networks = (aliases: string[]) => [{ network: network.id, aliases }];
  server = await start('relay', { ...serverSpec(certificates, '0.0.0.0'), networks: networks([ALIASES.inference]) });
  agent = await start('agent', {
    command: [PATHS.setpriv, `--reuid=${IDS.gateway}`, `--regid=${IDS.gateway}`, '--clear-groups', '--', ...GATEWAY],
    networks: networks([ALIASES.agent]),
    mounts: [{ type: 'volume', source: sealed, target: '/etc/nemoclaw', readOnly: true }],
  });
  await tell({});
});
afterAll(async () => {
  for (const id of made.containers) await driver.remove(id, { force: true });
  for (const name of made.volumes) await driver.removeVolume(name);
  for (const id of made.networks) await driver.removeNetwork(id);
});

function run(containerId: string, env: ProbeContext['env'] = {}): Promise<ProbeResult> {
  const context = probeContext({
    sandbox: { id: 'test', name: 'demo' },
    env,
    runInAgent: runInContainer({ driver, containerId, gatewayCommand: GATEWAY }),
  });
  return probe.run(context, new AbortController().signal);
}

describe("the inference probe in a real agent's namespace", () => {
  it.each<[Record<string, string>, string, string]>([
    [{ status: '200' }, 'ok', 'http'],
    [{ status: '401' }, 'unauthorized', 'policy'],
    [{ status: '403' }, 'unauthorized', 'policy'],
    [{ status: '404' }, 'not_found', 'http'],
    [{ status: '429' }, 'client_error', 'http'],
    [{ status: '500' }, 'server_error', 'model'],
    [{ status: '503' }, 'server_error', 'model'],
    [{ status: 'cut' }, 'refused', 'http'],
    [{ status: 'hang' }, 'timeout', 'http'],
    [{ certificate: 'otherName' }, 'tls_failed', 'tls'],
    [{ certificate: 'expired' }, 'tls_failed', 'tls'],
    [{ certificate: 'otherAuthority' }, 'tls_failed', 'tls'],
    [{ listen: '0' }, 'refused', 'tcp'],
  ])('%o → %s', async (mode, code, layer) => {
    await tell(mode);
    try {
      const result = await run(agent, SHORT);
      expect(result).toMatchObject({ code, layer, status: code === 'ok' ? 'ok' : 'fail' });
      expect(result.summary).toContain(MODELS_URL);
    } finally {
      await tell({ status: '200', certificate: 'good', listen: '1' });
    }
  });

  it('comes to ok when the relay comes up between two attempts', async () => {
    await tell({ listen: '0' });
    const context = probeContext({
      runInAgent: runInContainer({ driver, containerId: agent, gatewayCommand: GATEWAY }),
      sleep: () => tell({ listen: '1' }),
    });
    const result = await probe.run(context, new AbortController().signal);
    expect(result).toMatchObject({ code: 'ok', evidence: { attempts: [{ code: 'refused' }, { code: 'ok' }] } });
  });

  it('fails, although inference.local answers 200, when there is no gateway to compare with', async () => {
    const nobody = runInContainer({ driver, containerId: agent, gatewayCommand: ['/usr/bin/sleep', '1'] });
    const result = await probe.run(probeContext({ runInAgent: nobody }), new AbortController().signal);
    expect(result).toMatchObject({ code: 'wrong_namespace', status: 'fail' });
  });

  it('knows a relay that is gone, and its name with it', async () => {
    await driver.stop(server, { timeoutSeconds: 0 });
    try {
      expect(await run(agent, SHORT)).toMatchObject({ code: 'dns_failed', status: 'fail', layer: 'dns' });
    } finally {
      await driver.start(server);
      await tell({});
    }
  });

  it('cannot be asked from a container that is gone', async () => {
    const result = await run('0'.repeat(64), SHORT);
    expect(result).toMatchObject({ code: 'exec_failed', status: 'fail', layer: 'engine' });
  });
});

describe("a container on the host's network whose agent lives in a namespace of its own", () => {
  // An address of the loopback that nothing else uses, so that port 443 of the host stays free.
  const LOOPBACK = '127.53.71.9';
  const onHost = { networks: [{ network: 'host', aliases: [] }], extraHosts: { [ALIASES.inference]: LOOPBACK } };
  let hostServer: string;
  let outer: string;

  beforeAll(async () => {
    hostServer = await start('host-server', {
      ...serverSpec(certificates, LOOPBACK),
      command: [PATHS.node, '-e', SERVER.replace(/\.listen\(8081, '127\.0\.0\.1'\)/, `.listen(8081, '${LOOPBACK}')`)],
      ...onHost,
    });
    outer = await start('host-agent', {
      ...onHost,
      command: ['/usr/bin/unshare', '--net', ...GATEWAY],
      capAdd: [...LAUNCHER_CAPABILITIES, 'SYS_ADMIN'],
      mounts: [{ type: 'volume', source: sealed, target: '/etc/nemoclaw', readOnly: true }],
    });
  });

  /** What a bare exec in the container gets, waiting for the server to be up. */
  const statusFrom = async (argv: string[], attempts: number): Promise<string> => {
    const program = `const https = require('node:https'); const ca = require('node:fs').readFileSync('${PATHS.sandboxCa}');
      const ask = (left) => https.get('${MODELS_URL}', { ca }, (answer) => process.stdout.write(String(answer.statusCode), () => process.exit(0)))
        .on('error', (error) => { if (left === 0) process.stdout.write(String(error.code)); else setTimeout(ask, 50, left - 1); });
      ask(Number(process.argv[1]));`;
    const { stdout } = await driver.exec(outer, {
      argv: [...argv, PATHS.node, '-e', program, '--', String(attempts)],
      uid: 0,
      gid: 0,
      timeoutMs: 20_000,
    });
    return stdout.toString();
  };

  it('is the trap: the container reaches inference.local, the agent does not', async () => {
    expect(await driver.inspect(hostServer)).toMatchObject({ phase: 'running' });
    expect(await statusFrom([], 60)).toBe('200');
    expect(await statusFrom(['/usr/bin/unshare', '--net'], 0)).toMatch(/^E(CONNREFUSED|NETUNREACH)$/);
  });

  it('does not deceive the probe: 200 from the container is a failure', async () => {
    const result = await run(outer);
    expect(result).toMatchObject({ code: 'wrong_namespace', status: 'fail', layer: 'tool' });
    const [attempt] = result.evidence.attempts as [{ netns: string; gatewayNetns: string }];
    expect(attempt.netns).not.toBe(attempt.gatewayNetns);
    expect(result.remedy.length).toBeGreaterThan(0);
  });
});
