import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { LedgerFile, ProcessMark } from '../quickstart/ledger.ts';
import { say, withProgress } from '../quickstart/progress.ts';
import { SetupError } from '../quickstart/setup-error.ts';
import { DEFAULT_SOCKET, type Env, findEngine } from './find.ts';

const LOG = '/var/log/nemoclaw-dockerd.log';
const START_BOUND_MS = 60_000;

/** A daemon's folder, which a user's PATH often lacks. */
const daemonPath = (env: Env): string => `${env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/** Version of the dockerd that is installed, whether it runs or not. */
export const installedVersion = async (env: Env): Promise<string | undefined> => {
  const { exitCode, stdout } = await execa('dockerd', ['--version'], {
    reject: false,
    timeout: 10_000,
    env: { PATH: daemonPath(env) },
  });
  return exitCode === 0 ? /version ([^,\s]+)/.exec(String(stdout))?.[1] : undefined;
};

export const startEngine = async (how: 'systemd' | 'dockerd', env: Env, ledger: LedgerFile, signal: AbortSignal) => {
  switch (how) {
    case 'systemd': {
      say('== Starting the engine: systemctl start docker');
      ledger.update({ startedService: true });
      const { exitCode, stderr } = await execa('systemctl', ['start', 'docker'], { reject: false });
      if (exitCode !== 0) throw new SetupError(`The engine did not start. See: journalctl -u docker\n${stderr}`);
      return waitForEngine(new AbortController().signal, signal, () => 'See: journalctl -u docker');
    }
    case 'dockerd': {
      say(`== Starting the engine: dockerd, since no systemd runs here; its log is ${LOG}`);
      const log = openSync(LOG, 'a');
      const child = spawn('dockerd', ['--host', `unix://${DEFAULT_SOCKET}`], {
        // Of its own group and session: it outlives this script, its terminal and Ctrl+C.
        detached: true,
        cwd: '/',
        stdio: ['ignore', log, log],
        env: { ...env, PATH: daemonPath(env) },
      });
      closeSync(log);
      const ended = new AbortController();
      child.once('error', () => ended.abort()).once('exit', () => ended.abort());
      if (child.pid !== undefined) ledger.update({ dockerd: markOf(child.pid) });
      child.unref();
      return waitForEngine(ended.signal, signal, () => lastLines(LOG));
    }
  }
};

const waitForEngine = (ended: AbortSignal, signal: AbortSignal, why: () => string): Promise<string> =>
  withProgress('waiting for the engine', async () => {
    const deadline = performance.now() + START_BOUND_MS;
    for (;;) {
      const engine = await findEngine({ DOCKER_HOST: `unix://${DEFAULT_SOCKET}` });
      if (engine.state === 'usable') return engine.version;
      signal.throwIfAborted();
      if (ended.aborted) throw new SetupError(`The engine ended while it started.\n${why()}`);
      if (performance.now() > deadline)
        throw new SetupError(
          `The engine did not answer on ${DEFAULT_SOCKET} within ${START_BOUND_MS / 1000} s.\n${why()}`,
        );
      await delay(250);
    }
  });

const lastLines = (path: string): string => readFileSync(path, 'utf8').trimEnd().split('\n').slice(-8).join('\n');

/** Ends the dockerd of the ledger, unless it is gone or its number belongs to another process now. */
export const stopDockerd = async ({ pid, started }: ProcessMark): Promise<void> => {
  const runs = () => markOf(pid)?.started === started;
  if (!runs()) return;
  say('== Stopping the engine');
  process.kill(pid, 'SIGTERM');
  await withProgress('waiting for its containers to stop', async () => {
    const deadline = performance.now() + START_BOUND_MS;
    while (runs()) {
      if (performance.now() > deadline)
        throw new SetupError(`The engine (process ${pid}) does not stop. Its log: ${LOG}`);
      await delay(250);
    }
  });
};

/** From field 22 of /proc/<pid>/stat, counted after the name, which may hold anything. */
const markOf = (pid: number): ProcessMark | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return state === 'Z' ? undefined : { pid, started: `${boot}/${fields[18]}` };
  } catch {
    return undefined;
  }
};

export const DOCKERD_LOG = LOG;
