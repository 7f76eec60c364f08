import { type ControlRequest, SUPERVISOR_PROTOCOL, type SupervisorOp } from '../protocol.ts';

export type ParsedRequest =
  | { ok: true; request: { [O in SupervisorOp]: ControlRequest<O> }[SupervisorOp] }
  | { ok: false; nonce: string; code: 'protocol_mismatch' | 'bad_request'; message: string };

const MAX_MS = 24 * 60 * 60 * 1_000;
const ms = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= MAX_MS;
const maybe =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);
const texts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string' && !part.includes('\0'));

const ARGS: Record<SupervisorOp, Record<string, (value: unknown) => boolean>> = {
  status: {},
  restart: { soft: (value) => typeof value === 'boolean', timeoutMs: ms, settleMs: ms, drainMs: maybe(ms) },
  recover: { timeoutMs: ms, settleMs: ms },
  run: {
    as: (value) => value === 'gateway' || value === 'tools',
    argv: (value) => texts(value) && (value as string[])[0]!.startsWith('/'),
    stdin: maybe((value) => typeof value === 'string'),
    timeoutMs: ms,
  },
  observe: { marker: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value), timeoutMs: ms },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One line of the control socket; only what is known in every part is carried out. */
export const parseRequest = (line: string): ParsedRequest => {
  const bad = (nonce: string, message: string): ParsedRequest => ({ ok: false, nonce, code: 'bad_request', message });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return bad('', 'the request is not one line of JSON');
  }
  if (!isObject(value)) return bad('', 'the request is not an object');
  const { protocol, nonce, op, args } = value;
  if (typeof nonce !== 'string' || !/^[0-9a-f]{64}$/.test(nonce)) return bad('', 'the nonce is not 32 bytes in hex');
  if (protocol !== SUPERVISOR_PROTOCOL) {
    const message = `this supervisor speaks protocol ${SUPERVISOR_PROTOCOL}, not ${String(protocol)}`;
    return { ok: false, nonce, code: 'protocol_mismatch', message };
  }
  if (typeof op !== 'string' || !Object.hasOwn(ARGS, op)) return bad(nonce, `unknown operation ${String(op)}`);
  if (!isObject(args)) return bad(nonce, `${op}: args is not an object`);
  const checks = ARGS[op as SupervisorOp];
  const wrong =
    Object.keys(checks).find((name) => !checks[name]!(args[name])) ??
    Object.keys(args).find((name) => !Object.hasOwn(checks, name));
  if (wrong !== undefined) return bad(nonce, `${op}: args.${wrong} is not what it should be`);
  return { ok: true, request: value as never };
};
