import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const NEEDED = ['dockerd', 'unshare', 'nsenter', 'ip', 'mount', 'env'];

const onPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));

/** Why no machine can be made here, or undefined where it can. */
export const machineRefusal = (): string | undefined => {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'needs root: it makes namespaces of its own and starts an engine in them';
  const missing = NEEDED.filter((program) => !onPath(program));
  return missing.length > 0 ? `needs ${missing.join(', ')}, not found on PATH` : undefined;
};

/**
 * A program that says `up` when it is ready and lives until its standard input ends: with the process that started it, so
 * that a test that is killed leaves nothing.
 */
const startHolder = async (argv: string[]): Promise<ChildProcess> => {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: 'pipe' });
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line').then(String), once(child, 'exit').then(() => 'ended')]);
  if (first !== 'up') throw new Error(`${argv.join(' ')} did not start: ${said.trim() || first}`);
  return child;
};

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

/** A network and a mount table of its own; lasts as long as the machine's owner. */
export interface Ground {
  /** Goes in front of a command line that is to run there; `cwd` defaults to the root. */
  enter(cwd?: string): string[];
  dispose(): Promise<void>;
}

export const startGround = async (): Promise<Ground> => {
  const anchor = await startHolder([
    ...['unshare', '--mount', '--net', '--propagation', 'private', '--'],
    ...['sh', '-c', 'ip link set lo up && echo up && exec cat >/dev/null'],
  ]);
  return {
    enter: (cwd = '/') => ['nsenter', '--target', String(anchor.pid), '--mount', '--net', '--', 'env', '-C', cwd],
    async dispose() {
      anchor.stdin?.destroy();
      await ended(anchor);
    },
  };
};

/** What a power cut takes: every process, and what was mounted and written below `volatile` folders. */
export interface Machine {
  enter(): string[];
  /** All of it at once, without a signal to anybody. */
  cutPower(): Promise<void>;
}

/** Waits for its input to end and reaps whoever is left to it. */
const INIT = 'exec 3<&0; cat <&3 >/dev/null & wait $!';

export const startMachine = async (ground: Ground, volatile: string[]): Promise<Machine> => {
  const mounts = volatile.map((_, index) => `mkdir -p "$${index + 1}" && mount -t tmpfs tmpfs "$${index + 1}"`);
  const unshare = await startHolder([
    ...ground.enter(),
    ...['unshare', '--pid', '--fork', '--mount', '--mount-proc', '--kill-child', '--'],
    ...['sh', '-c', [...mounts, 'echo up', INIT].join('; '), 'init', ...volatile],
  ]);
  // As this host counts: inside, the same process is 1.
  const init = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8').trim();
  return {
    enter: () => ['nsenter', '--target', init, '--mount', '--net', '--pid', '--'],
    async cutPower() {
      process.kill(Number(init), 'SIGKILL');
      await ended(unshare);
    },
  };
};

const HIERARCHIES = '/sys/fs/cgroup';

const removeTree = (folder: string): void => {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  rmdirSync(folder);
};

const readProc = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** Ids of containers below that control group in which a process lives. */
export const containersIn = (name: string): string[] => {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const found = pids.flatMap((pid) => new RegExp(`/${name}/([0-9a-f]{64})`).exec(readProc(pid, 'cgroup'))?.[1] ?? []);
  return [...new Set(found)].sort();
};

/** Control groups have no owner and stay: those of dead containers are taken away by name, in every hierarchy. */
export const removeControlGroups = (name: string): void => {
  const folders = [HIERARCHIES, ...readdirSync(HIERARCHIES).map((entry) => join(HIERARCHIES, entry))];
  for (const folder of folders) if (existsSync(join(folder, name))) removeTree(join(folder, name));
};
