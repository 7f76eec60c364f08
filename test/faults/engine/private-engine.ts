import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, type Options } from 'execa';
import {
  containersIn,
  type Machine,
  machineRefusal,
  removeControlGroups,
  startGround,
  startMachine,
} from './machine.ts';

/** Why there can be no private engine here (no root, no engine program), or undefined where there can. */
export const privateEngineRefusal = machineRefusal;

/**
 * An engine of the test's own: its data, its containers, its network and its mounts are seen by nobody else, so that it
 * may be stopped, killed and cut off from power. Whatever talks to containers over the network (the program, a scripted
 * model) must run inside, with `enter` or `run`; the socket answers from anywhere.
 */
export interface PrivateEngine {
  socketPath: string;
  /** For the environment of programs that shall use it. */
  env: { DOCKER_HOST: string };
  /** Command line that runs another one in the engine's network and mounts, in the folder `cwd`. */
  enter(cwd?: string): string[];
  /** One program inside, to its end; execa's options, `cwd` included. Rejects as execa does. */
  run(argv: string[], options?: Options): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Copies images of another engine, with their ids and tags. */
  bring(references: string[], from?: string): Promise<void>;
  /** Boots the machine if it is off and starts the engine; resolves when it answers. Nothing to do when it runs. */
  start(): Promise<void>;
  /**
   * `SIGTERM`: the engine stops its containers and ends. `SIGKILL`: it is gone, and its containers run on. Resolves when
   * the engine's process has ended.
   */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Engine, containers and all that runs on the machine end at once; what stays is what was on disk. */
  cutPower(): Promise<void>;
  /** Ids of containers in which something lives, by the kernel's word and not the engine's; sorted. */
  workloads(): string[];
  /** Last lines of the engine's own log. */
  logTail(lines?: number): string;
  dispose(): Promise<void>;
}

const SHARED_SOCKET = '/var/run/docker.sock';
const STARTS_WITHIN_MS = 60_000;

const ask = (socketPath: string, options: RequestOptions, body?: NodeJS.ReadableStream): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, agent: false, ...options }, resolve);
    call.once('error', reject);
    if (body) pipeline(body, call).catch(reject);
    else call.end();
  });

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += piece;
  return text;
};

/** Bridges and their other ends are the kernel's and would outlive the machine, which no real one's do. */
const DROP_LINKS =
  'for kind in bridge veth; do ip -o link show type $kind | cut -d: -f2 | cut -d@ -f1 | while read -r name; do ip link del "$name" 2>/dev/null; done; done; true';

/**
 * Brings the machine up with the engine running and no image. `configuration` is what would stand in its daemon.json.
 * Throws where `privateEngineRefusal` has a reason.
 */
export const startPrivateEngine = async (configuration: object = {}): Promise<PrivateEngine> => {
  const refusal = privateEngineRefusal();
  if (refusal) throw new Error(`No private engine: ${refusal}.`);
  const folder = mkdtempSync(join(tmpdir(), 'private-engine-'));
  const group = `nemoclaw-${randomBytes(4).toString('hex')}`;
  const path = (name: string) => join(folder, name);
  const [socketPath, volatile, logPath] = [path('docker.sock'), path('run'), path('engine.log')];
  const settings = path('engine.json');
  writeFileSync(settings, JSON.stringify(configuration));
  const pidFile = join(volatile, 'docker.pid');
  const ground = await startGround();
  let machine: Machine | undefined;
  let engine: ChildProcess | undefined;

  const isUp = () => engine !== undefined && engine.exitCode === null && engine.signalCode === null;
  const logTail = (lines = 20) => readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  const gone = async () => {
    if (engine && isUp()) await once(engine, 'exit');
    engine = undefined;
  };
  const answers = async () => {
    const answer = await ask(socketPath, { path: '/_ping', timeout: 2_000 }).catch(() => undefined);
    answer?.resume();
    return answer?.statusCode === 200;
  };

  const self: PrivateEngine = {
    socketPath,
    env: { DOCKER_HOST: `unix://${socketPath}` },
    enter: ground.enter,
    async run(argv, options = {}) {
      const [program = '', ...rest] = [...ground.enter(String(options.cwd ?? '/')), ...argv];
      const env = { ...options.env, DOCKER_HOST: options.env?.DOCKER_HOST ?? self.env.DOCKER_HOST };
      const { exitCode, stdout, stderr } = await execa(program, rest, { stdin: 'ignore', ...options, env });
      return { exitCode: exitCode ?? -1, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') };
    },
    async bring(references, from = SHARED_SOCKET) {
      const names = references.map((reference) => `names=${encodeURIComponent(reference)}`).join('&');
      const images = await ask(from, { path: `/images/get?${names}` });
      if (images.statusCode !== 200)
        throw new Error(`could not read ${references.join(', ')}: ${await textOf(images)}`);
      const headers = { 'content-type': 'application/x-tar' };
      const loaded = await ask(socketPath, { method: 'POST', path: '/images/load?quiet=1', headers }, images);
      const said = await textOf(loaded);
      if (loaded.statusCode !== 200 || said.includes('"error"')) throw new Error(`could not load images: ${said}`);
    },
    async start() {
      if (isUp()) return;
      machine ??= await startMachine(ground, [volatile, '/run/containerd']);
      const log = openSync(logPath, 'a');
      const [program = '', ...rest] = [
        ...machine.enter(),
        ...['dockerd', '--host', `unix://${socketPath}`, '--pidfile', pidFile, '--config-file', settings],
        ...['--data-root', path('data'), '--exec-root', join(volatile, 'exec'), '--cgroup-parent', `/${group}`],
      ];
      engine = spawn(program, rest, { stdio: ['ignore', log, log] });
      closeSync(log);
      const begin = performance.now();
      while (!(await answers())) {
        if (!isUp()) throw new Error(`the private engine ended at its start:\n${logTail()}`);
        if (performance.now() - begin > STARTS_WITHIN_MS)
          throw new Error(`the private engine did not answer within ${STARTS_WITHIN_MS / 1000} s:\n${logTail()}`);
        await sleep(25);
      }
    },
    async stop(signal) {
      if (!machine || !isUp()) return;
      const [program = '', ...rest] = machine.enter();
      const kill = `kill -${signal.slice(3)} "$(cat "$1")"`;
      await execa(program, [...rest, 'sh', '-c', kill, 'sh', pidFile]);
      await gone();
    },
    async cutPower() {
      await machine?.cutPower();
      machine = undefined;
      await gone();
      await self.run(['sh', '-c', DROP_LINKS]);
    },
    workloads: () => containersIn(group),
    logTail,
    async dispose() {
      await self.cutPower();
      await ground.dispose();
      removeControlGroups(group);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await self.start();
  } catch (error) {
    await self.dispose();
    throw error;
  }
  return self;
};
