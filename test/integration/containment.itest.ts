import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { OnboardResult, StatusResult } from '@nemoclaw/core';
import { ALIASES, type Driver, IDS, PATHS, PORTS, type RunAs } from '@nemoclaw/plugin-api';
import {
  messageText,
  type ScriptedModel,
  startScriptedModel,
  status,
  text,
  toolCall,
  toolResult,
} from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callSupervisor } from '../../packages/core/src/lifecycle/control.ts';
import { makeWorld, type World } from './world/cli.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, relayIdOf } from './world/engine.ts';

const NAME = 'scripted-claw';
const OTHER = 'neighbour';
const KEY = 'sk-scripted-0123456789abcdef';
const MODEL = { id: 'scripted-1', context: 131_072 };

/** What a process in the sandbox gets when it connects there: `open`, or the kernel's own word. */
const DIAL = `
const [host, port] = process.argv.slice(1);
const socket = require('net').connect({ host, port: Number(port) });
const end = (word) => { console.log(word); process.exit(0); };
socket.setTimeout(4000, () => end('timeout'));
socket.on('connect', () => end('open'));
socket.on('error', (error) => end(error.code));
`;

describe('what a sandboxed agent can and cannot reach', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let onHost: Server;
  let hostPort: number;
  let modelStatus = 200;
  let command = 'id -u';

  const onboard = (name: string) =>
    world.json<OnboardResult>(
      [
        ...[
          'onboard',
          '--name',
          name,
          '--provider',
          'openai-compatible',
          '--endpoint',
          model.baseUrl,
          '--model',
          MODEL.id,
        ],
        ...['--credential-env', 'SCRIPTED_KEY', '--forward', '--yes', '--no-smoke'],
      ],
      { env: { ...world.env, SCRIPTED_KEY: KEY } },
    );

  const inside = async (as: RunAs, argv: string[], timeoutMs = 20_000) => {
    const reply = await callSupervisor(
      { driver, containerId: agentIdOf(world, NAME), timeoutMs: timeoutMs + 10_000 },
      'run',
      {
        as,
        argv,
        timeoutMs,
      },
    );
    if (reply.outcome !== 'exited') throw new Error(JSON.stringify(reply));
    return reply;
  };
  const dial = async (as: RunAs, host: string, port: number) =>
    (await inside(as, [PATHS.node, '-e', DIAL, '--', host, String(port)])).stdout.trim();

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({
      models: [MODEL],
      apiKey: KEY,
      intercept: () => (modelStatus === 200 ? undefined : status(modelStatus, { error: { message: 'scripted' } })),
      respond: (request) => {
        const result = toolResult(request);
        if (result !== undefined) return text(`RESULT ${result}`);
        const asked = request.messages.some((message) => messageText(message).includes('run the command'));
        return asked && request.tools.includes('exec') ? toolCall('exec', { command }) : text('Hello from the script.');
      },
    });
    onHost = createServer((socket) => socket.end()).listen(0, '0.0.0.0');
    await once(onHost, 'listening');
    hostPort = (onHost.address() as AddressInfo).port;
    const first = await onboard(NAME);
    if (first.exitCode !== 0) throw new Error(JSON.stringify(first.error));
    const second = await onboard(OTHER);
    if (second.exitCode !== 0) throw new Error(JSON.stringify(second.error));
  }, 900_000);

  afterAll(async () => {
    await world.dispose();
    await model.close();
    onHost.close();
  }, 180_000);

  it('runs the agent’s own exec tool as the uid that is declared, in the gateway’s network namespace', async () => {
    command = 'id -u; readlink /proc/self/ns/net; grep -E "^Cap(Inh|Prm|Eff|Amb)|^NoNewPrivs" /proc/self/status';
    const { exitCode, stdout, stderr } = await world.run([NAME, 'chat', 'Please run the command now.']);
    expect(stderr).not.toMatch(/CHAT_FAILED/);
    expect(exitCode).toBe(0);
    const gateway = await inside('gateway', ['/bin/readlink', '/proc/self/ns/net']);
    expect(stdout).toContain(String(IDS.gateway));
    expect(stdout).toContain(gateway.stdout.trim());
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
      expect(stdout).toMatch(new RegExp(`${set}:\\s*0000000000000000`));
    expect(stdout).toMatch(/NoNewPrivs:\s*1/);
    expect(recordOf(world, NAME).agent.isolation).toBe('shared');
  }, 120_000);

  describe.each(['gateway', 'tools'] as const)('from the uid %s', (as) => {
    it('has no capability in any set that counts, and may gain none', async () => {
      const { stdout } = await inside(as, ['/bin/grep', '-E', '^Cap|^NoNewPrivs|^Uid', '/proc/self/status']);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'])
        expect(stdout).toMatch(new RegExp(`${set}:\\s*0000000000000000`));
      expect(stdout).toMatch(/NoNewPrivs:\s*1/);
      expect(stdout).toMatch(new RegExp(`Uid:\\s*${IDS[as]}\\s`));
    });

    it('reaches inference.local, so that the refusals below mean something', async () => {
      expect(await dial(as, ALIASES.inference, PORTS.inference)).toBe('open');
    });

    it('cannot reach the host’s bridge addresses, though a service listens on all of them', async () => {
      const control = await fetch(`http://127.0.0.1:${hostPort}/`).catch((error: Error) => error);
      expect(control).toBeInstanceOf(Error); // it accepts and hangs up: something is there
      const networks = (await driver.inspect(relayIdOf(world, NAME)))?.networks ?? [];
      const egress = networks.find((network) => network.id !== ownershipOf(world, NAME).resources.network?.id);
      const gateway = (await driver.inspectNetwork(egress?.id ?? ''))?.gateway ?? '';
      expect(gateway).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(await dial(as, gateway, hostPort)).not.toBe('open');
      const own = (await driver.inspectNetwork(ownershipOf(world, NAME).resources.network?.id ?? ''))?.subnet ?? '';
      const first = own.replace(/\.(\d+)\/\d+$/, (_, last: string) => `.${Number(last) + 1}`);
      expect(await dial(as, first, hostPort)).not.toBe('open');
    });

    it('has no way to the outside, nor a name server that would ask it', async () => {
      expect(await dial(as, '192.0.2.1', 443)).toBe('ENETUNREACH');
      expect(await dial(as, 'example.com', 443)).toMatch(/^(EAI_AGAIN|ENOTFOUND)$/);
    });

    it('cannot touch the control socket, the sealed supervisor file or the relay’s secrets', async () => {
      const { stdout } = await inside(as, [
        PATHS.node,
        '-e',
        `const fs = require('fs'); const net = require('net');
         const word = (f) => { try { f(); return 'ok'; } catch (e) { return e.code; } };
         console.log('read', word(() => fs.readFileSync('${PATHS.supervisorConfig}')));
         console.log('nonce', word(() => fs.readFileSync('${PATHS.sealed}/.nemoclaw-nonce')));
         console.log('relay', word(() => fs.readdirSync('${PATHS.relayConfigDir}').length > 0 && fs.readFileSync('${PATHS.relayConfigDir}/provider.key')));
         console.log('write', word(() => fs.writeFileSync('${PATHS.sealed}/x', 'x')));
         net.connect('${PATHS.control}').on('connect', () => console.log('control open')).on('error', (e) => console.log('control', e.code));`,
      ]);
      expect(stdout).toMatch(/read EACCES/);
      expect(stdout).toMatch(/nonce EACCES/);
      expect(stdout).not.toContain(KEY);
      expect(stdout).toMatch(/write (EROFS|EACCES)/);
      expect(stdout).toMatch(/control EACCES/);
    });

    it('cannot reach another sandbox’s relay, by name or by address', async () => {
      const other = (await driver.inspect(relayIdOf(world, OTHER)))?.networks ?? [];
      expect(other).toHaveLength(2);
      for (const { ipv4 } of other)
        for (const port of [PORTS.inference, PORTS.egressProxy, PORTS.ingress])
          expect(await dial(as, ipv4, port)).not.toBe('open');
    });

    it('gets only the allowed paths of the provider’s API, with the provider’s key put in behind it', async () => {
      model.requests.length = 0;
      const { stdout } = await inside(as, [
        PATHS.node,
        '-e',
        `const call = (method, path) => new Promise((resolve) => {
           const request = require('https').request({ host: 'inference.local', path, method, ca: require('fs').readFileSync('${PATHS.sandboxCa}'), headers: { authorization: 'Bearer mine' } }, (response) => { response.resume(); resolve(response.statusCode); });
           request.on('error', (e) => resolve(e.code)); request.end();
         });
         (async () => { for (const [m, p] of [['GET', '/v1/models'], ['DELETE', '/v1/models/x'], ['GET', '/v1/files'], ['POST', '/api/pull'], ['GET', '/v1/models/../files'], ['GET', '/']]) console.log(m, p, await call(m, p)); })();`,
      ]);
      expect(stdout.trim().split('\n')).toEqual([
        'GET /v1/models 200',
        'DELETE /v1/models/x 403',
        'GET /v1/files 403',
        'POST /api/pull 403',
        'GET /v1/models/../files 403',
        'GET / 403',
      ]);
      expect(model.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
      expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    });
  });

  it('keeps the provider’s key out of every inspect, log and record', async () => {
    const id = agentIdOf(world, NAME);
    const relay = relayIdOf(world, NAME);
    for (const container of [id, relay]) {
      expect(JSON.stringify(await driver.inspectRaw(container))).not.toContain(KEY);
      for await (const line of driver.logs(container, { tail: 1000, follow: false }))
        expect(line.text).not.toContain(KEY);
    }
    expect(JSON.stringify(recordOf(world, NAME))).not.toContain(KEY);
    expect(JSON.stringify((await world.json(['status', NAME, '--live'])).result)).not.toContain(KEY);
  });

  it.each([
    [401, 'unauthorized'],
    [404, 'not_found'],
    [500, 'server_error'],
  ])(
    'says what is wrong when the provider answers %i',
    async (code, expected) => {
      modelStatus = code;
      try {
        const { result, exitCode } = await world.json<StatusResult>([NAME, 'status', '--live']);
        expect(result.live?.verdict).toBe('not_ready');
        expect(result.live?.reasons.join(' ')).toMatch(new RegExp(String(code)));
        expect(exitCode).toBe(1);
        const doctor = await world.json<{ results: { probe: string; code: string; status: string }[] }>([
          'doctor',
          NAME,
        ]);
        expect(doctor.result.results.map((result) => result.code)).toContain(expected);
      } finally {
        modelStatus = 200;
      }
    },
    60_000,
  );

  it('gives a process of the tools’ uid that takes the gateway’s port during a restart no request at all', async () => {
    // Tries for the port all the time; whatever it gets it writes down.
    const squat = `
      const fs = require('fs'); const end = Date.now() + 85000; let held = 0;
      const tryOnce = () => {
        if (Date.now() > end) { console.log(JSON.stringify({ held })); process.exit(0); }
        const server = require('http').createServer((request, response) => {
          fs.appendFileSync('/workspace/caught', request.method + ' ' + (request.headers.authorization || '') + '\\n');
          response.end('{"status":"started"}');
        });
        server.on('error', () => setTimeout(tryOnce, 20));
        server.listen(18789, '127.0.0.1', () => { held += 1; fs.appendFileSync('/workspace/held', 'x'); });
      };
      tryOnce();`;
    const thief = inside('tools', [PATHS.node, '-e', squat], 90_000).catch((error: Error) => error);
    const { startPulse, isKept } = await import('./world/pulse.ts');
    const pulse = startPulse(`http://127.0.0.1:${recordOf(world, NAME).ingressPort}/healthz`, 100, 60_000);
    const restart = await world.json([NAME, 'gateway', 'restart']);
    const answers = await pulse.stop();
    await thief;
    expect(restart.exitCode).toBe(0);
    expect(answers.filter((answer) => !isKept(answer))).toEqual([]);
    const caught = await world.run([
      NAME,
      'exec',
      '--',
      'sh',
      '-c',
      'wc -c < /workspace/held; cat /workspace/caught 2>/dev/null | wc -l',
    ]);
    const [held, requests] = caught.stdout.trim().split('\n').map(Number);
    expect(held).toBeGreaterThan(0); // it really had the port
    expect(requests).toBe(0);
  }, 180_000);

  it('says so when the provider is down', async () => {
    await model.close();
    const { result } = await world.json<StatusResult>([NAME, 'status', '--live']);
    expect(result.live?.verdict).toBe('not_ready');
    expect(result.live?.reasons.join(' ')).toMatch(/502|refused|down|reach/i);
  }, 60_000);
});
