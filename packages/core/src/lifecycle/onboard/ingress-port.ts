import { createServer } from 'node:net';
import { codedError } from '../../errors/index.ts';
import type { StateStore } from '../../state/store.ts';
import type { Services } from '../services.ts';
import { type OnboardData, recordOf } from './data.ts';

/** Resolves with whether this process could listen on that port of 127.0.0.1 right now. */
export const portIsFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Ports that other sandboxes of this home have, running or not; a record that can't be read has none. */
export const portsOfOthers = async (
  store: Pick<StateStore, 'listNames' | 'readRecord'>,
  name: string,
): Promise<Set<number>> => {
  const others = (await store.listNames()).filter((other) => other !== name);
  const records = await Promise.all(others.map((other) => store.readRecord(other).catch(() => undefined)));
  return new Set(records.flatMap((record) => (record ? [record.ingressPort] : [])));
};

export const FIRST_PORT = 18_700;
export const LAST_PORT = 18_999;

/** The port that was asked for, or the first that is neither another sandbox's, running or not, nor in use; PORT_TAKEN. */
export const chooseIngressPort = async (input: {
  wanted: number | undefined;
  /** Ports of other sandboxes. */
  taken: ReadonlySet<number>;
  isFree: (port: number) => Promise<boolean>;
}): Promise<number> => {
  const { wanted, taken, isFree } = input;
  if (wanted !== undefined) {
    if (taken.has(wanted) || !(await isFree(wanted)))
      throw codedError('PORT_TAKEN', {
        message: taken.has(wanted)
          ? `Port ${wanted} of 127.0.0.1 belongs to another sandbox.`
          : `Port ${wanted} of 127.0.0.1 is already in use.`,
        hint: 'Choose another with `--port`, or leave it out and a free one is chosen.',
        details: { port: wanted },
      });
    return wanted;
  }
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (!taken.has(port) && (await isFree(port))) return port;
  throw codedError('PORT_TAKEN', {
    message: `No port of 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT} is free.`,
    hint: 'Name one with `--port`.',
  });
};

/**
 * Another port than those that were tried, on disk before anything listens on it. A port that the user named is not given
 * up: PORT_TAKEN.
 */
export const moveIngress = async (
  { services }: { services: Pick<Services, 'store'> },
  data: OnboardData,
  tried: ReadonlySet<number>,
): Promise<void> => {
  const { store } = services;
  const record = recordOf(data);
  if (record.ingressPortNamed)
    throw codedError('PORT_TAKEN', {
      message: `Port ${record.ingressPort} of 127.0.0.1, which was named for ${record.name}, is taken by another program.`,
      hint: `Find it with \`ss -ltnp 'sport = :${record.ingressPort}'\`, or give another one with \`--port\`.`,
      details: { port: record.ingressPort },
    });
  const taken = new Set([...(await portsOfOthers(store, record.name)), ...tried]);
  record.ingressPort = await chooseIngressPort({ wanted: undefined, taken, isFree: portIsFree });
  const stored = await store.readRecord(record.name);
  if (stored) await store.writeRecord({ ...stored, ingressPort: record.ingressPort });
};
