import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine/call.ts';

/** Prepares and starts an exec; the stream is the raw socket, half-closable for stdin. Rejects when the engine refused it over HTTP. */
export const openExec = async (
  engine: Engine,
  containerId: string,
  body: object,
  { tty, signal }: { tty: boolean; signal: AbortSignal | undefined },
): Promise<{ execId: string; stream: Duplex }> => {
  const prepare = { operation: 'prepare exec in container', object: containerId, answer: 'json', signal } as const;
  const { id: execId } = await engine.call(prepare, (docker) =>
    docker.getContainer(encodeURIComponent(containerId)).exec(body),
  );
  const begin = { operation: 'start exec in container', object: containerId, answer: 'stream', signal } as const;
  const stream = await engine.call(begin, (docker) =>
    docker.getExec(execId).start({ Detach: false, Tty: tty, hijack: true, stdin: true }),
  );
  return { execId, stream };
};

export interface Outcome {
  started: boolean;
  exitCode: number;
}

/**
 * What became of it, asked after its stream ended; only then does the engine know the code. `undefined` when it still
 * runs after `waitMs` (a program may close its streams and live on). Without a pid the engine never started it, and code
 * and text are the engine's own: that is how its 126 and 127 are told from the program's.
 */
export const outcomeOf = async (
  engine: Engine,
  execId: string,
  containerId: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<Outcome | undefined> => {
  const spec = {
    operation: 'inspect exec in container',
    object: containerId,
    answer: 'json',
    idempotent: true,
    timeoutMs: engine.budgets.read,
    signal,
  } as const;
  const start = performance.now();
  for (let pause = 5; ; pause = Math.min(pause * 2, 250)) {
    const state = await engine.call(spec, (docker) => docker.getExec(execId).inspect());
    if (!state.Running && state.ExitCode !== null) return { started: state.Pid !== 0, exitCode: state.ExitCode };
    if (performance.now() - start > waitMs) return undefined;
    await sleep(pause, undefined, signal ? { signal } : {});
  }
};
