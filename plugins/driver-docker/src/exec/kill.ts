import type { Engine } from '../engine/call.ts';
import { openExec, outcomeOf } from './session.ts';

/** Environment variable that every exec gets, with a value of its own: children inherit it, so a whole tree can be found. */
export const EXEC_MARK = 'NEMOCLAW_EXEC_ID';

/** Rounds, because a process may fork between look and kill; ends with 3 when some are still there. */
const SCRIPT = `
round=0
while [ $round -lt 5 ]; do
  found=
  for file in /proc/[0-9]*/environ; do
    if grep -qsa "${EXEC_MARK}=$1" "$file"; then
      pid=\${file#/proc/}; pid=\${pid%/environ}
      kill -KILL "$pid" 2>/dev/null && found=1
    fi
  done
  [ -z "$found" ] && exit 0
  round=$((round + 1))
done
exit 3`;

const KILL_MS = 5_000;

/**
 * Kills every process that carries the mark, as the same uid and gid (only they may read its environment). Closing the
 * client's stream does not end an exec, and the pid that the engine reports is of the engine's host, out of reach for a
 * client that is not root or not there. What cleared its environment is not found. Never rejects: returns why it could
 * not be done, in words.
 */
export const killMarked = async (
  engine: Engine,
  containerId: string,
  { uid, gid, mark }: { uid: number; gid: number; mark: string },
): Promise<string | undefined> => {
  const signal = AbortSignal.timeout(KILL_MS);
  const body = {
    Cmd: ['/bin/sh', '-c', SCRIPT, 'sh', mark],
    User: `${uid}:${gid}`,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
  };
  try {
    const { execId, stream } = await openExec(engine, containerId, body, { tty: false, signal });
    stream.on('error', () => {});
    stream.resume();
    await new Promise<void>((resolve) => stream.once('close', resolve));
    const outcome = await outcomeOf(engine, execId, containerId, KILL_MS, signal);
    if (outcome?.started && outcome.exitCode === 0) return undefined;
    return 'the program may still run: not every process of it could be killed';
  } catch (error) {
    return `the program may still run, it could not be killed: ${(error as Error).message}`;
  }
};
