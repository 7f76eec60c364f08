import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Driver, ExecResult, ExecSpec } from '@nemoclaw/plugin-api';
import { envList } from '../containers/create-body.ts';
import type { Engine } from '../engine/call.ts';
import { engineMessageOf, statusOf } from '../engine/codes.ts';
import { boundedBuffer } from '../streams/bounded.ts';
import { createDemux } from '../streams/demux.ts';
import { EXEC_MARK, killMarked } from './kill.ts';
import { type Outcome, openExec, outcomeOf } from './session.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 16 << 20;

const notStarted = (failure: string): ExecResult => ({
  exitCode: 125,
  started: false,
  timedOut: false,
  truncated: false,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  failure,
});

/**
 * A program in a running container, with both streams apart and its own exit code. On time-out and abort the program and
 * what it started are killed from inside (see kill.ts); a client that dies leaves them running, since the engine has no
 * call that ends an exec.
 */
export const createExec = (engine: Engine): Driver['exec'] => {
  return async (id, spec, { signal } = {}) => {
    signal?.throwIfAborted();
    const mark = randomUUID();
    const kill = () => killMarked(engine, id, { uid: spec.uid, gid: spec.gid, mark });
    let opened: { execId: string; stream: Duplex };
    try {
      opened = await openExec(engine, id, execBody(spec, mark), { tty: false, signal });
    } catch (error) {
      // Paused, stopped, no such user, no process left: the program never ran. A container that is gone is an error.
      if ([400, 409, 500].includes(statusOf(error) ?? 0)) return notStarted(engineMessageOf(error));
      // Without an answer it may have been started all the same.
      if (statusOf(error) === undefined) await kill();
      throw error;
    }
    const { stream, execId } = opened;
    const limit = spec.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
    const output = { stdout: boundedBuffer(limit), stderr: boundedBuffer(limit) };
    const ended = readAll(stream, output);
    if (spec.stdin !== undefined) stream.end(Buffer.from(spec.stdin));

    let outcome: Outcome | undefined;
    try {
      const end = await endOf(ended, spec.timeoutMs, signal);
      if (end === 'ended') outcome = await outcomeOf(engine, execId, id, spec.timeoutMs, signal);
    } catch (error) {
      stream.destroy();
      await kill();
      throw signal?.aborted ? signal.reason : error;
    }
    stream.destroy();
    const streams = {
      truncated: output.stdout.truncated || output.stderr.truncated,
      stdout: output.stdout.bytes(),
      stderr: output.stderr.bytes(),
    };
    if (outcome === undefined) {
      const leftOver = await kill();
      return { exitCode: 124, started: true, timedOut: true, ...streams, ...(leftOver ? { failure: leftOver } : {}) };
    }
    if (!outcome.started) {
      return notStarted(
        streams.stdout.toString('utf8').trim() || streams.stderr.toString('utf8').trim() || 'the engine gave no reason',
      );
    }
    return { exitCode: outcome.exitCode, started: true, timedOut: false, ...streams };
  };
};

const execBody = (spec: ExecSpec, mark: string) => ({
  Cmd: spec.argv,
  User: `${spec.uid}:${spec.gid}`,
  Env: envList({ ...spec.env, [EXEC_MARK]: mark }),
  ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
  AttachStdin: spec.stdin !== undefined,
  AttachStdout: true,
  AttachStderr: true,
  Tty: false,
});

const readAll = (
  stream: Duplex,
  output: { stdout: { write(chunk: Buffer): void }; stderr: { write(chunk: Buffer): void } },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const demux = createDemux({ stdout: output.stdout.write, stderr: output.stderr.write });
    stream.on('data', (chunk: Buffer) => {
      try {
        demux(chunk);
      } catch (error) {
        stream.destroy();
        reject(error);
      }
    });
    // An error here is a broken connection; the exec's own record says what became of the program.
    stream.once('error', () => resolve());
    stream.once('end', () => resolve());
    stream.once('close', () => resolve());
  });

/** Rejects with the signal's reason on abort. */
const endOf = (
  ended: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<'ended' | 'timed out'> =>
  new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      // The abort destroys the socket too, which ends the stream first.
      if (signal?.aborted) reject(signal.reason);
      else finish();
    };
    const timer = setTimeout(() => settle(() => resolve('timed out')), timeoutMs);
    const onAbort = () => settle(() => {});
    signal?.addEventListener('abort', onAbort, { once: true });
    ended.then(
      () => settle(() => resolve('ended')),
      (error) => settle(() => reject(error)),
    );
  });
