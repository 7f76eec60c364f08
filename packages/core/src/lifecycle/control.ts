import { randomBytes } from 'node:crypto';
import { CodedError, type CodedErrorOptions, type Driver, PATHS } from '@nemoclaw/plugin-api';
import { RELAY_PROTOCOL, type RelayStatus, type SelfTestScript } from '@nemoclaw/relay/protocol';
import {
  type ControlReply,
  SUPERVISOR_PROTOCOL,
  type SupervisorOp,
  type SupervisorOps,
} from '@nemoclaw/supervisor/protocol';
import { codedError, type ErrorCode } from '../errors/index.ts';

interface CallInput {
  driver: Driver;
  containerId: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

const exchange = async (input: CallInput, program: string, uid: number, request: object): Promise<Reply> => {
  const result = await input.driver.exec(
    input.containerId,
    {
      argv: [PATHS.node, program, 'control'],
      uid,
      gid: uid,
      stdin: `${JSON.stringify(request)}\n`,
      timeoutMs: input.timeoutMs,
      maxOutputBytes: 4 << 20,
    },
    input.signal ? { signal: input.signal } : {},
  );
  const text = result.stdout.toString('utf8').trim();
  if (text === '') {
    const said = result.stderr.toString('utf8');
    const { exitCode, timedOut, failure } = result;
    // With a few processes left the engine can start Node, and Node not its threads.
    const started = result.started && (timedOut || !NO_PROCESS_LEFT.test(said));
    throw unreachable(
      started
        ? `The control call got no answer (exit ${exitCode}${timedOut ? ', timed out' : ''}): ${firstLine(said)}`
        : `The control call could not be started in the container: ${failure ?? 'no process or thread is left in it'}`,
      { details: { started, exitCode } },
    );
  }
  return readReply(text.split('\n').at(-1) ?? '');
};

/** What Node and libc say when the kernel grants no further process or thread. */
export const NO_PROCESS_LEFT = /\bEAGAIN\b|uv_thread_create|pthread_create|Resource temporarily unavailable/;

interface Reply {
  protocol: number;
  nonce: unknown;
  answer: { ok: true; result: unknown } | { ok: false; error: { code: string; message: string } };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whoever answered, it is a reply in form or SUPERVISOR_UNREACHABLE; what is in a result is the protocol's word. */
const readReply = (line: string): Reply => {
  const garbage = (cause?: unknown) =>
    unreachable('The control call was answered with something that is no reply.', { cause });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw garbage(cause);
  }
  if (!isObject(value) || typeof value.protocol !== 'number') throw garbage();
  const { protocol, nonce, ok, result, error } = value;
  if (ok === true) return { protocol, nonce, answer: { ok, result } };
  if (ok !== false || !isObject(error)) throw garbage();
  return { protocol, nonce, answer: { ok, error: { code: String(error.code), message: String(error.message) } } };
};

const unreachable = (message: string, more: Omit<CodedErrorOptions, 'message'> = {}): CodedError =>
  new CodedError('SUPERVISOR_UNREACHABLE', { message, ...more });

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? 'no output';

const checkReply = (reply: Reply, what: string, protocol: number, nonce: string): void => {
  const { answer } = reply;
  const mismatch = !answer.ok && answer.error.code === 'protocol_mismatch';
  if (mismatch || reply.protocol !== protocol)
    throw new CodedError('SUPERVISOR_OUTDATED', {
      message: `Rebuild needed: the sandbox's ${what} speaks protocol ${reply.protocol}, this program ${protocol}.`,
    });
  // What it does not know it can't read to the end, the nonce included.
  if (!answer.ok && answer.error.code === 'bad_request' && reply.nonce === '')
    throw new CodedError('SUPERVISOR_OUTDATED', {
      message: `Rebuild needed: the sandbox's ${what} does not know what it was asked: ${answer.error.message}.`,
      details: { supervisorCode: answer.error.code },
    });
  if (reply.nonce !== nonce) throw unreachable(`The ${what} answered with a nonce that is not ours.`);
};

type Refused = Extract<ControlReply, { ok: false }>['error']['code'];

const CODES: Record<Refused, ErrorCode> = {
  busy: 'RESTART_BUSY',
  unsupported_agent: 'RESTART_UNSUPPORTED_AGENT',
  unsafe_config_path: 'RESTART_UNSAFE_CONFIG_PATH',
  config_hash_mismatch: 'RESTART_CONFIG_HASH_MISMATCH',
  secret_boundary: 'RESTART_SECRET_BOUNDARY',
  launch_failed: 'RESTART_LAUNCH_FAILED',
  health_timeout: 'RESTART_HEALTH_TIMEOUT',
  protocol_mismatch: 'SUPERVISOR_OUTDATED',
  bad_request: 'SUPERVISOR_OUTDATED',
  internal: 'INTERNAL_ERROR',
};

/** One call to the supervisor of exactly that container, as root, with a fresh nonce. */
export const callSupervisor = async <O extends SupervisorOp>(
  input: CallInput,
  op: O,
  args: SupervisorOps[O]['args'],
): Promise<SupervisorOps[O]['result']> => {
  const nonce = randomBytes(32).toString('hex');
  const reply = await exchange(input, PATHS.supervisor, 0, { protocol: SUPERVISOR_PROTOCOL, nonce, op, args });
  checkReply(reply, 'supervisor', SUPERVISOR_PROTOCOL, nonce);
  const { answer } = reply;
  if (answer.ok) return answer.result as SupervisorOps[O]['result'];
  const { code, message } = answer.error;
  throw codedError(Object.hasOwn(CODES, code) ? CODES[code as Refused] : 'INTERNAL_ERROR', {
    message,
    details: { supervisorCode: code },
  });
};

type RelayInput = CallInput & { uid: number };

const askRelay = async (input: RelayInput, question: object): Promise<RelayStatus> => {
  const nonce = randomBytes(32).toString('hex');
  const reply = await exchange(input, PATHS.relay, input.uid, { protocol: RELAY_PROTOCOL, nonce, ...question });
  checkReply(reply, 'relay', RELAY_PROTOCOL, nonce);
  const { answer } = reply;
  if (answer.ok) return answer.result as RelayStatus;
  throw codedError('INTERNAL_ERROR', { message: `The relay refused: ${answer.error.message}` });
};

/** One call to the relay of exactly that container, as its own uid. */
export const callRelay = (input: RelayInput, op: 'status' | 'reload'): Promise<RelayStatus> => askRelay(input, { op });

/** Lets the relay answer one conversation by itself, for a while. */
export const armSelfTest = (input: RelayInput, script: SelfTestScript): Promise<RelayStatus> =>
  askRelay(input, { op: 'selftest', script });
