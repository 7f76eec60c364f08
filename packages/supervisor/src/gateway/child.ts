import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { RunAs, StopContract } from '@nemoclaw/plugin-api';
import { launchArgv } from '../launcher/argv.ts';
import type { Environment } from '../launcher/environment.ts';
import { readAllStats } from '../procfs/read.ts';
import { type ExactProcess, signalExactly } from '../procfs/signal.ts';
import { parseStat } from '../procfs/stat.ts';
import { LineSplitter } from './lines.ts';

interface ChildExit {
  code: number | null;
  signal: string | null;
}

/** One run of the gateway, or of the tools' process: the handle of the child and the name that the kernel gives it. */
export interface SupervisedChild {
  identity: ExactProcess;
  launchedAt: number;
  exited: Promise<ChildExit>;
  hasExited(): boolean;
  signal(signal: StopContract['signal']): Promise<boolean>;
  /** The contract's signal, its time to drain, then KILL. Resolves once the child is gone. */
  stop(signal: StopContract['signal'], drainMs: number): Promise<{ killed: boolean }>;
}

interface LaunchInput {
  as: RunAs;
  command: readonly string[];
  cwd: string;
  groups: readonly number[];
  env: Environment;
  now: number;
  onLine: (stream: 'stdout' | 'stderr', line: string) => void;
}

const followLines = (child: ChildProcess, onLine: LaunchInput['onLine']): void => {
  for (const name of ['stdout', 'stderr'] as const) {
    const splitter = new LineSplitter((line) => onLine(name, line));
    child[name]?.on('data', (chunk: Buffer) => splitter.write(chunk));
    child[name]?.once('end', () => splitter.end());
    child[name]?.on('error', () => {});
  }
};

/** What a child left running in the session that it leads: it could go on holding the port. */
const endSession = async (session: number): Promise<void> => {
  const left = (await readAllStats()).filter((stat) => stat.session === session && stat.pid !== session);
  await Promise.all(left.map((stat) => signalExactly(stat, 'SIGKILL')));
};

/** Starts a program as its own uid, leader of a session of its own. Rejects when the launcher can't be started. */
export const launchChild = async (input: LaunchInput): Promise<SupervisedChild> => {
  const { as, command, cwd, groups, env, now, onLine } = input;
  const [file = '', ...args] = launchArgv({ as, groups, cwd }, command);
  const child = spawn(file, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) {
    const error = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw error;
  }
  // At once and in one piece: an exit can't be collected before this turn of the loop ends, so the entry is there.
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) throw new Error(`/proc/${pid}/stat can't be read`);
  const identity = { pid, startTime: stat.startTime };
  followLines(child, onLine);

  let ended = false;
  const exited = new Promise<ChildExit>((resolve) => {
    child.on('error', () => {});
    child.once('exit', async (code, signal) => {
      ended = true;
      await endSession(pid).catch(() => {});
      resolve({ code, signal });
    });
  });
  const kill = async (signal: NodeJS.Signals): Promise<boolean> => !ended && (await signalExactly(identity, signal));

  return {
    identity,
    launchedAt: now,
    exited,
    hasExited: () => ended,
    signal: kill,
    stop: async (signal, drainMs) => {
      let killed = false;
      await kill(signal);
      const timer = setTimeout(async () => {
        killed = await kill('SIGKILL');
      }, drainMs);
      await exited;
      clearTimeout(timer);
      return { killed };
    },
  };
};
