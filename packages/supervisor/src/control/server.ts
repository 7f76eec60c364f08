import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  type ControlReply,
  type ControlRequest,
  SUPERVISOR_PROTOCOL,
  type SupervisorOp,
  type SupervisorOps,
} from '../protocol.ts';
import { Refusal } from '../sealed/check.ts';
import { parseRequest } from './requests.ts';

const MAX_REQUEST = 1 << 20;
const REQUEST_TIMEOUT_MS = 5_000;

/** `signal` is aborted when the caller goes away. */
export type ControlHandlers = {
  [O in SupervisorOp]: (args: SupervisorOps[O]['args'], signal: AbortSignal) => Promise<SupervisorOps[O]['result']>;
};

const answer = async (line: string, handlers: ControlHandlers, signal: AbortSignal): Promise<ControlReply> => {
  const parsed = parseRequest(line);
  if (!parsed.ok) {
    const { nonce, code, message } = parsed;
    return { protocol: SUPERVISOR_PROTOCOL, nonce, ok: false, error: { code, message } };
  }
  const { nonce, op, args } = parsed.request as ControlRequest;
  try {
    const handler = handlers[op] as (
      input: unknown,
      signal: AbortSignal,
    ) => Promise<SupervisorOps[SupervisorOp]['result']>;
    return { protocol: SUPERVISOR_PROTOCOL, nonce, ok: true, result: await handler(args, signal) };
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'internal';
    return { protocol: SUPERVISOR_PROTOCOL, nonce, ok: false, error: { code, message: (error as Error).message } };
  }
};

const serve = (socket: Socket, handlers: ControlHandlers): void => {
  const gone = new AbortController();
  socket.on('error', () => {});
  socket.once('close', () => gone.abort());
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  let text = '';
  const onData = async (chunk: string): Promise<void> => {
    text += chunk;
    if (text.length > MAX_REQUEST) return void socket.destroy();
    const end = text.indexOf('\n');
    if (end < 0) return;
    socket.off('data', onData);
    // Only to notice when the caller goes away.
    socket.resume();
    socket.setTimeout(0);
    socket.end(`${JSON.stringify(await answer(text.slice(0, end), handlers, gone.signal))}\n`);
  };
  socket.setEncoding('utf8');
  socket.on('data', onData);
};

/** Listens on a unix socket in a folder that only root can enter: whoever reaches it is root. */
export const listenControl = async (path: string, handlers: ControlHandlers): Promise<Server> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  chmodSync(dirname(path), 0o700);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket, handlers));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  server.on('error', () => {});
  return server;
};
