import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Driver, InteractiveSpec } from '@nemoclaw/plugin-api';
import { envList } from '../containers/create-body.ts';
import type { Engine } from '../engine/call.ts';
import { statusOf } from '../engine/codes.ts';
import { createDemux } from '../streams/demux.ts';
import { EXEC_MARK, killMarked } from './kill.ts';
import { openExec, outcomeOf } from './session.ts';

/** How long a program may live on after its streams ended before its code is given up. */
const LINGER_MS = 10_000;

/** The engine's default, ctrl-p ctrl-q, holds back every ctrl-p of a shell; this sequence nobody types. */
const NO_DETACH_KEYS = 'ctrl-@,ctrl-_,ctrl-@,ctrl-_';

/**
 * A program on the caller's streams. Ends when the remote stream ends; the caller's stdin is unpiped and paused then, its
 * outputs stay open. Resolves with the remote code, 126 or 127 where the engine could not start it (its words are on
 * stdout), 125 when the code could not be learnt.
 */
export const createInteractive = (engine: Engine): Driver['interactive'] => {
  return async (id, spec, { signal } = {}) => {
    signal?.throwIfAborted();
    const mark = randomUUID();
    const kill = () => killMarked(engine, id, { uid: spec.uid, gid: spec.gid, mark });
    const { execId, stream } = await openExec(engine, id, body(spec, mark), { tty: spec.tty, signal }).catch(
      async (error) => {
        // Without an answer it may have been started all the same.
        if (statusOf(error) === undefined) await kill();
        throw error;
      },
    );
    if (spec.tty) followSize(engine, id, execId, spec, stream);
    const detach = connect(stream, spec);
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.once('close', () => resolve());
      stream.once('end', () => resolve());
    });
    detach();
    if (signal?.aborted) {
      await kill();
      throw signal.reason;
    }
    const outcome = await outcomeOf(engine, execId, id, LINGER_MS, signal);
    return outcome?.exitCode ?? 125;
  };
};

const body = (spec: InteractiveSpec, mark: string) => ({
  Cmd: spec.argv,
  User: `${spec.uid}:${spec.gid}`,
  Env: envList({ ...spec.env, [EXEC_MARK]: mark }),
  ...(spec.workingDir === undefined ? {} : { WorkingDir: spec.workingDir }),
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  Tty: spec.tty,
  DetachKeys: NO_DETACH_KEYS,
  ...(spec.tty && spec.size ? { ConsoleSize: [spec.size.rows, spec.size.columns] } : {}),
});

const connect = (stream: Duplex, spec: InteractiveSpec): (() => void) => {
  const write = (to: NodeJS.WritableStream) => (chunk: Buffer) => {
    // A slow reader holds the remote program back, not our memory.
    if (to.write(chunk)) return;
    stream.pause();
    to.once('drain', () => stream.resume());
  };
  const stdout = write(spec.stdout);
  const take = spec.tty ? stdout : createDemux({ stdout, stderr: write(spec.stderr) });
  stream.on('data', (chunk: Buffer) => {
    try {
      take(chunk);
    } catch {
      stream.destroy();
    }
  });
  spec.stdin.pipe(stream);
  return () => {
    spec.stdin.unpipe(stream);
    spec.stdin.pause();
    stream.destroy();
  };
};

const followSize = (
  engine: Engine,
  containerId: string,
  execId: string,
  spec: InteractiveSpec,
  stream: Duplex,
): void => {
  let over = false;
  stream.once('close', () => {
    over = true;
  });
  const resize = ({ columns, rows }: { columns: number; rows: number }): void => {
    if (over) return;
    const asked = { operation: 'resize terminal in container', object: containerId, answer: 'none' } as const;
    // The program may end at any moment: a size that comes too late is no failure.
    engine.call(asked, (docker) => docker.getExec(execId).resize({ h: rows, w: columns })).catch(() => {});
  };
  if (spec.size) resize(spec.size);
  spec.onResize?.(resize);
};
