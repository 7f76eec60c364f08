import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFault, type Fault, pass } from './apply-fault.ts';
import { callKind, type KnownObjects, type RequestHead, readHead, roleOfBody } from './call-kind.ts';

/** The `nth` call of that kind from now on (0 is the next) meets the fault, and the `times - 1` of its kind after it. */
export interface PlannedFault {
  kind: string;
  nth: number;
  fault: Fault;
  times: number;
}

/** A unix socket in front of a real engine, through which every call goes as it is, but for those that a fault is planned for. */
export interface FaultyEngine {
  /** For the environment of programs that shall use it. */
  env: { DOCKER_HOST: string };
  /** Kinds of the calls since the last `record`, in order. */
  readonly calls: readonly string[];
  /** The same calls as they were made: method and path. */
  readonly requests: readonly string[];
  /** Forgets the calls so far. */
  record(): void;
  /** Whether a fault is planned. */
  readonly armed: boolean;
  /** Replaces the plan; counts from here. */
  plan(fault: PlannedFault): void;
  /** No fault any more; says how many calls met the one that was planned. */
  mend(): number;
  close(): Promise<void>;
}

interface Incoming {
  head: RequestHead;
  /** Head and body. */
  bytes: Buffer;
  body: Buffer;
}

const bodyEnd = (head: RequestHead, body: Buffer): boolean =>
  head.headers.get('transfer-encoding') === 'chunked'
    ? body.subarray(-5).toString('latin1') === '0\r\n\r\n'
    : body.length >= Number(head.headers.get('content-length') ?? 0);

/** The one request of a connection, whole; undefined when the client left before. */
const readRequest = (client: Socket): Promise<Incoming | undefined> =>
  new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let head: RequestHead | undefined;
    let start = 0;
    const done = (result: Incoming | undefined) => {
      client.off('data', take);
      client.pause();
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!head) {
        start = bytes.indexOf('\r\n\r\n') + 4;
        if (start < 4) return;
        head = readHead(bytes.subarray(0, start - 4).toString('latin1'));
      }
      const body = bytes.subarray(start);
      if (bodyEnd(head, body)) done({ head, bytes, body });
    };
    client.on('data', take);
    client.once('close', () => done(undefined));
  });

const isWhole = ({ headers }: RequestHead): boolean => /^(close|upgrade)$/i.test(headers.get('connection') ?? '');

const SHARED_SOCKET = '/var/run/docker.sock';

export const startFaultyEngine = async (engine = SHARED_SOCKET): Promise<FaultyEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'faulty-engine-'));
  const socketPath = join(folder, 'docker.sock');
  const known: KnownObjects = new Map();
  const sockets = new Set<Socket>();
  let calls: string[] = [];
  let requests: string[] = [];
  let planned: (PlannedFault & { seen: number; hits: number }) | undefined;
  let others: Promise<unknown> = Promise.resolve();

  const faultFor = (kind: string): Fault | undefined => {
    if (planned?.kind !== kind) return undefined;
    const { nth, times } = planned;
    const index = planned.seen++;
    if (index < nth || index >= nth + times) return undefined;
    planned.hits++;
    return planned.fault;
  };

  /** Ids that the engine gives out are the only thing that says later whose call it is. */
  const learn = (head: RequestHead, body: Buffer) => (answer: Buffer) => {
    const id = /"Id":"([0-9a-f]{64})"/.exec(answer.toString('latin1'))?.[1];
    if (head.method !== 'POST' || id === undefined) return;
    const parent = /^\/containers\/([^/]+)\/exec$/.exec(head.path)?.[1];
    if (parent) known.set(id, known.get(parent) ?? 'any');
    if (head.path !== '/containers/create') return;
    for (const name of [id, head.query.get('name') ?? id]) known.set(name, roleOfBody(body.toString('utf8')));
  };

  const serve = async (client: Socket): Promise<void> => {
    const incoming = await readRequest(client);
    if (!incoming) return;
    const { head, bytes, body } = incoming;
    // A connection with a second request on it would hide that one from us.
    if (!isWhole(head)) {
      client.end('HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const kind = callKind(head, known) + (head.path === '/containers/create' ? ` ${roleOfBody(body.toString())}` : '');
    calls.push(kind);
    requests.push(`${head.method} ${head.path}`);
    const fault = faultFor(kind);
    const holdOthers = (until: Promise<unknown>) => {
      others = until;
    };
    const way = { engine, bytes, client, learn: learn(head, body), holdOthers };
    await others;
    if (fault) await applyFault(fault, way);
    else pass(way);
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => sockets.delete(client));
    serve(client).catch(() => client.destroy());
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    env: { DOCKER_HOST: `unix://${socketPath}` },
    get calls() {
      return calls;
    },
    get requests() {
      return requests;
    },
    record() {
      calls = [];
      requests = [];
    },
    get armed() {
      return planned !== undefined;
    },
    plan(fault) {
      planned = { ...fault, seen: 0, hits: 0 };
    },
    mend() {
      const hits = planned?.hits ?? 0;
      planned = undefined;
      return hits;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
