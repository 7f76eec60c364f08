import { randomBytes } from 'node:crypto';
import { CodedError, type Driver, PATHS } from '@nemoclaw/plugin-api';
import { RELAY_PROTOCOL, type RelayReply, type RelayStatus, type SelfTestScript } from '@nemoclaw/relay/protocol';
import {
  type ControlReply,
  SUPERVISOR_PROTOCOL,
  type SupervisorOp,
  type SupervisorOps,
} from '@nemoclaw/supervisor/protocol';

interface CallInput {
  driver: Driver;
  containerId: string;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

const exchange = async (input: CallInput, program: string, uid: number, request: object): Promise<unknown> => {
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
    throw new CodedError('SUPERVISOR_UNREACHABLE', {
      message: result.started
        ? `The control call got no answer (exit ${result.exitCode}${result.timedOut ? ', timed out' : ''}): ${firstLine(result.stderr.toString('utf8'))}`
        : `The control call could not be started in the container: ${result.failure ?? 'unknown'}`,
      details: { started: result.started, exitCode: result.exitCode },
    });
  }
  try {
    return JSON.parse(text.split('\n').at(-1) ?? '');
  } catch (cause) {
    throw new CodedError('SUPERVISOR_UNREACHABLE', {
      message: 'The control call was answered with something that is not JSON.',
      cause,
    });
  }
};

const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? 'no output';

const outdated = (what: string, theirs: unknown, ours: number): CodedError =>
  new CodedError('SUPERVISOR_OUTDATED', {
    message: `The sandbox's ${what} speaks protocol ${String(theirs)}, this program ${ours}.`,
  });

const unknownTo = (what: string, message: string): CodedError =>
  new CodedError('SUPERVISOR_OUTDATED', {
    message: `The sandbox's ${what} does not know what it was asked: ${message}.`,
  });

/** One call to the supervisor of exactly that container, as root, with a fresh nonce. */
export const callSupervisor = async <O extends SupervisorOp>(
  input: CallInput,
  op: O,
  args: SupervisorOps[O]['args'],
): Promise<SupervisorOps[O]['result']> => {
  const nonce = randomBytes(32).toString('hex');
  const reply = (await exchange(input, PATHS.supervisor, 0, {
    protocol: SUPERVISOR_PROTOCOL,
    nonce,
    op,
    args,
  })) as ControlReply<O>;
  if (!reply.ok && reply.error.code === 'protocol_mismatch')
    throw outdated('supervisor', reply.protocol, SUPERVISOR_PROTOCOL);
  if (reply.protocol !== SUPERVISOR_PROTOCOL) throw outdated('supervisor', reply.protocol, SUPERVISOR_PROTOCOL);
  if (!reply.ok && reply.error.code === 'bad_request') throw unknownTo('supervisor', reply.error.message);
  if (reply.nonce !== nonce)
    throw new CodedError('SUPERVISOR_UNREACHABLE', {
      message: 'The control call was answered with a nonce that is not ours.',
    });
  if (reply.ok) return reply.result;
  const code = reply.error.code;
  throw new CodedError(
    code === 'internal' ? 'INTERNAL_ERROR' : code === 'busy' ? 'RESTART_BUSY' : `RESTART_${code.toUpperCase()}`,
    { message: reply.error.message, details: { supervisorCode: code } },
  );
};

type RelayInput = CallInput & { uid: number };

const askRelay = async (input: RelayInput, question: object): Promise<RelayStatus> => {
  const nonce = randomBytes(32).toString('hex');
  const request = { protocol: RELAY_PROTOCOL, nonce, ...question };
  const reply = (await exchange(input, PATHS.relay, input.uid, request)) as RelayReply;
  if (reply.protocol !== RELAY_PROTOCOL) throw outdated('relay', reply.protocol, RELAY_PROTOCOL);
  // What it does not know it can't read to the end, the nonce included.
  if (!reply.ok && reply.error.code === 'bad_request') throw unknownTo('relay', reply.error.message);
  if (reply.nonce !== nonce)
    throw new CodedError('SUPERVISOR_UNREACHABLE', { message: 'The relay answered with a nonce that is not ours.' });
  if (!reply.ok) throw new CodedError('INTERNAL_ERROR', { message: `The relay refused: ${reply.error.message}` });
  return reply.result;
};

/** One call to the relay of exactly that container, as its own uid. */
export const callRelay = (input: RelayInput, op: 'status' | 'reload'): Promise<RelayStatus> => askRelay(input, { op });

/** Lets the relay answer one conversation by itself, for a while. */
export const armSelfTest = (input: RelayInput, script: SelfTestScript): Promise<RelayStatus> =>
  askRelay(input, { op: 'selftest', script });
