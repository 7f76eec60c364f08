import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { readOwner } from '../procfs/read.ts';
import type { RunReply, RunRequest } from '../protocol.ts';
import { launchArgv } from './argv.ts';
import { collect } from './bounded.ts';
import type { Environment } from './environment.ts';
import { IDENTITY_PREAMBLE, parseIdentity } from './identity.ts';

const OUTPUT_LIMIT = 256 * 1024;
/** A program that left children behind keeps the pipes open; they are not waited for. */
const LINGER_MS = 300;

export interface RunContext {
  groups: readonly number[];
  env: Environment;
  /** Where the gateway runs at this moment. */
  gateway: () => Promise<{ pid: number; netns: string } | undefined>;
}

/** Runs one program as gateway or tools, bounded in time and output, and says who it was and where it ran. */
export const runBounded = async (request: RunRequest, context: RunContext, signal?: AbortSignal): Promise<RunReply> => {
  const [file = '', ...args] = launchArgv({ as: request.as, groups: context.groups }, [
    '/bin/sh',
    '-c',
    IDENTITY_PREAMBLE,
    'launch',
    ...request.argv,
  ]);
  const gateway = context.gateway();
  const child = spawn(file, args, {
    cwd: '/',
    env: context.env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const [stdin, stdout, stderr, told, go] = child.stdio as [Writable, Readable, Readable, Readable, Writable];
  for (const stream of [stdin, go]) stream.on('error', () => {});
  const out = collect(stdout, OUTPUT_LIMIT);
  const err = collect(stderr, OUTPUT_LIMIT);

  let stopped: 'timeout' | 'cancelled' | undefined;
  const stop = (why: 'timeout' | 'cancelled'): void => {
    stopped ??= why;
    // The group, not only the child: it leads one of its own, and the pid is held until it is collected.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
  };
  const timer = setTimeout(() => stop('timeout'), request.timeoutMs);
  const cancel = (): void => stop('cancelled');
  signal?.addEventListener('abort', cancel, { once: true });

  let identity: ReturnType<typeof parseIdentity>;
  let text = '';
  told.on('error', () => {});
  told.on('data', async (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (identity || text.split('\n').length < 4 || child.pid === undefined) return;
    const owner = await readOwner(child.pid);
    identity = owner && parseIdentity(text, owner);
    go.end('\n');
    stdin.end(request.stdin ?? '');
  });

  try {
    const exit = await new Promise<{ code: number | null; signal: NodeJS.Signals | null } | Error>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, exitSignal) => {
        const done = (): void => resolve({ code, signal: exitSignal });
        child.once('close', done);
        setTimeout(done, LINGER_MS);
      });
    });
    if (exit instanceof Error) return { outcome: 'not_run', reason: 'spawn_failed', message: exit.message };
    if (stopped === 'timeout') return { outcome: 'timed_out', stdout: out(), stderr: err() };
    if (stopped === 'cancelled') return { outcome: 'not_run', reason: 'cancelled', message: 'The caller went away.' };
    if (!identity) {
      return {
        outcome: 'not_run',
        reason: 'launch_failed',
        message: err().trim() || `The launcher ended with ${exit.code ?? exit.signal}.`,
      };
    }
    const at = await gateway;
    return {
      outcome: 'exited',
      exitCode: exit.code ?? 128,
      stdout: out(),
      stderr: err(),
      identity,
      ...(at === undefined ? {} : { gateway: at }),
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
    for (const stream of child.stdio) stream?.destroy();
  }
};
