import type { Clock } from '../clock.ts';
import { readAllStats, readTcpRows } from '../procfs/read.ts';
import { type ExactProcess, signalExactly } from '../procfs/signal.ts';
import { processTree } from '../procfs/stat.ts';
import { loopbackListeners } from '../procfs/tcp.ts';
import { holdersOf } from './holders.ts';

const ROUNDS = 25;
const PAUSE_MS = 40;

export type Eviction = { kind: 'free' } | { kind: 'ended'; pids: number[] } | { kind: 'stuck'; inodes: string[] };

/**
 * Ends whoever listens on the gateway's port without being `gateway` or below it: it would be answered in the agent's
 * name. `stuck` when the port is still taken after about a second.
 */
export const evictForeign = async (
  port: number,
  gateway: ExactProcess | undefined,
  clock: Clock,
): Promise<Eviction> => {
  const ended: number[] = [];
  let inodes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    inodes = loopbackListeners(await readTcpRows(), port).map((row) => row.inode);
    if (inodes.length === 0) return ended.length > 0 ? { kind: 'ended', pids: ended } : { kind: 'free' };
    const own = gateway ? new Set(processTree(gateway.pid, await readAllStats())) : new Set<number>();
    // A socket that the gateway holds stays, even when somebody else was given it too: that one is ended below.
    const foreign = await holdersOf(inodes, own);
    if (foreign.length === 0 && gateway) return ended.length > 0 ? { kind: 'ended', pids: ended } : { kind: 'free' };
    for (const holder of foreign) if (await signalExactly(holder, 'SIGKILL')) ended.push(holder.pid);
    await clock.sleep(PAUSE_MS);
  }
  return { kind: 'stuck', inodes };
};
