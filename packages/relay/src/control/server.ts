import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import * as z from 'zod';
import { ConfigError } from '../config/load.ts';
import { closeServer } from '../http/listener.ts';
import { type Log, reasonOf } from '../log.ts';
import {
  RELAY_PROTOCOL,
  type RelayReply,
  type RelayRequest,
  type RelayStatus,
  type SelfTestScript,
} from '../protocol.ts';
import { readLine } from './line.ts';

/** Nothing is to stay armed that somebody forgot. */
const MAX_SELF_TEST_MS = 300_000;

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const head = { protocol: z.int(), nonce: hex32 };
const request: z.ZodType<RelayRequest> = z.discriminatedUnion('op', [
  z.object({ ...head, op: z.enum(['status', 'reload']) }),
  z.object({
    ...head,
    op: z.literal('selftest'),
    script: z.strictObject({
      marker: hex32,
      tool: z.string().min(1).max(128),
      arguments: z.record(z.string().max(128), z.json()),
      ttlMs: z.int().min(1).max(MAX_SELF_TEST_MS),
    }),
  }),
]);

export interface Controlled {
  status(): RelayStatus;
  /** @throws ConfigError */
  reload(): Promise<void>;
  arm(script: SelfTestScript): void;
}

const IDLE_MS = 5_000;

const reply = async (line: string, relay: Controlled): Promise<RelayReply> => {
  const refuse = (nonce: string, code: string, message: string): RelayReply => ({
    protocol: RELAY_PROTOCOL,
    nonce,
    ok: false,
    error: { code, message },
  });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refuse('', 'bad_request', 'not JSON');
  }
  const parsed = request.safeParse(value);
  if (!parsed.success) return refuse('', 'bad_request', 'not a request of this protocol');
  const { protocol, nonce } = parsed.data;
  if (protocol !== RELAY_PROTOCOL)
    return refuse(nonce, 'protocol_mismatch', `this relay speaks protocol ${RELAY_PROTOCOL}`);
  try {
    if (parsed.data.op === 'reload') await relay.reload();
    if (parsed.data.op === 'selftest') relay.arm(parsed.data.script);
    return { protocol: RELAY_PROTOCOL, nonce, ok: true, result: relay.status() };
  } catch (error) {
    if (error instanceof ConfigError) return refuse(nonce, 'config_invalid', error.message);
    return refuse(nonce, 'internal', reasonOf(error));
  }
};

/** Answers one request a connection on a unix socket that only the relay's own uid can open. */
export const startControl = async (
  path: string,
  relay: Controlled,
  log: Log,
): Promise<{ close(graceMs: number): Promise<void> }> => {
  const open = new Set<Socket>();
  const serve = async (socket: Socket): Promise<void> => {
    const answered = await reply(await readLine(socket), relay);
    log('control', { ok: answered.ok });
    socket.end(`${JSON.stringify(answered)}\n`);
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    serve(socket).catch(() => socket.destroy());
  });
  server.maxConnections = 16;
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  return {
    close: (graceMs) =>
      closeServer(server, graceMs, () => {
        for (const socket of open) socket.destroy();
      }),
  };
};
