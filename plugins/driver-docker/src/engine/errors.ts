import { CodedError, type JsonObject } from '@nemoclaw/plugin-api';

export type EngineErrorCode =
  | 'ENGINE_NOT_RUNNING'
  | 'ENGINE_PERMISSION'
  | 'ENGINE_TOO_OLD'
  | 'ENGINE_CONFLICT'
  | 'ENGINE_NOT_FOUND'
  | 'ENGINE_DISK_FULL'
  | 'PORT_TAKEN'
  | 'GPU_INJECTION_FAILED'
  | 'ENGINE_TIMEOUT'
  | 'ENGINE_ERROR';

/** What was asked of the engine, in words that fit "could not …". */
export interface Asked {
  operation: string;
  object: string;
}

/** What came back, whatever the transport made of it. */
export interface Failure {
  /** HTTP status, when there was an answer. */
  status: number | undefined;
  /** Errno of a failed connection. */
  errno: string | undefined;
  message: string;
}

const START = ['start container', 'restart container'];

interface Rule {
  code: EngineErrorCode;
  errno?: string[];
  status?: number[];
  message?: RegExp;
  operations?: string[];
}

/**
 * First match wins. By phase and message rather than by status: create reserves only the name, most of a wrong spec
 * comes back as 500 from start, and the engine's statuses are not kept apart for it.
 */
const RULES: Rule[] = [
  {
    code: 'ENGINE_NOT_RUNNING',
    errno: ['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  },
  { code: 'ENGINE_PERMISSION', errno: ['EACCES', 'EPERM'] },
  { code: 'ENGINE_NOT_RUNNING', errno: ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'] },
  { code: 'ENGINE_DISK_FULL', message: /no space left on device|disk quota exceeded/i },
  { code: 'ENGINE_TOO_OLD', message: /client version \S+ is too new/i },
  // A fixed address that another container holds; the same words as for a port, but 403.
  { code: 'ENGINE_CONFLICT', status: [403], message: /address already in use/i },
  {
    code: 'PORT_TAKEN',
    operations: START,
    message: /port is already allocated|failed to bind host port|ports are not available|address already in use/i,
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operations: [...START, 'create container'],
    message:
      // Containers of ours have no hooks but those that a GPU brings: of its CDI specification, or of the nvidia runtime.
      /\bCDI\b|could not select device driver|unknown or invalid runtime name: nvidia|nvidia-container|libnvidia|error running (?:\w+ )?hook/i,
  },
  { code: 'ENGINE_NOT_FOUND', status: [404] },
  // 403: a network with endpoints, an address or a pool that is taken.
  { code: 'ENGINE_CONFLICT', status: [403, 409] },
  { code: 'ENGINE_ERROR' },
];

/** Pure: the catalogue code for a failure of that call. */
export const classify = (asked: Asked, failure: Failure): EngineErrorCode => {
  const matches = (rule: Rule): boolean =>
    (!rule.errno || (failure.errno !== undefined && rule.errno.includes(failure.errno))) &&
    (!rule.status || (failure.status !== undefined && rule.status.includes(failure.status))) &&
    (!rule.operations || rule.operations.includes(asked.operation)) &&
    (!rule.message || rule.message.test(failure.message));
  return RULES.find(matches)?.code ?? 'ENGINE_ERROR';
};

/** Reads what docker-modem, Node or the engine's progress stream threw. */
export const readFailure = (error: unknown): Failure => {
  const raw = error as { statusCode?: unknown; code?: unknown; json?: unknown; message?: unknown };
  const body = raw?.json as { message?: unknown } | undefined;
  const message =
    typeof body?.message === 'string' ? body.message : bodyText(raw?.json) || String(raw?.message ?? error);
  return {
    status: typeof raw?.statusCode === 'number' ? raw.statusCode : undefined,
    errno: typeof raw?.code === 'string' ? raw.code : undefined,
    message: message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim(),
  };
};

const bodyText = (json: unknown): string => (Buffer.isBuffer(json) ? json.toString('utf8').slice(0, 500).trim() : '');

const HINTS: Record<EngineErrorCode, string | undefined> = {
  ENGINE_NOT_RUNNING: 'Start the Docker engine (`systemctl start docker`, or open Docker Desktop), then try again.',
  ENGINE_PERMISSION:
    'Add your user to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in again), or set DOCKER_HOST.',
  ENGINE_TOO_OLD: `NemoClaw needs Docker Engine 28.2 or newer (API 1.50). Upgrade the engine.`,
  ENGINE_CONFLICT: undefined,
  ENGINE_NOT_FOUND: undefined,
  ENGINE_DISK_FULL:
    'Free space where the engine keeps its data (`docker system df` shows what uses it), then try again.',
  PORT_TAKEN: 'Stop what listens on that port, or choose another one.',
  GPU_INJECTION_FAILED: 'Look at `nemoclaw gpu list`; `nvidia-ctk cdi list` shows what the host offers to containers.',
  ENGINE_TIMEOUT: 'The engine is busy or stuck: look at its log (`journalctl -u docker`), then try again.',
  ENGINE_ERROR: undefined,
};

const detailsOf = (asked: Asked, failure: Failure): JsonObject => ({
  operation: asked.operation,
  object: asked.object,
  status: failure.status ?? null,
  engineMessage: failure.message,
});

const phrase = (code: EngineErrorCode, asked: Asked, failure: Failure, endpoint: string): string => {
  const what = `${asked.operation}${asked.object ? ` ${asked.object}` : ''}`;
  if (code === 'ENGINE_NOT_RUNNING') {
    return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(failure.errno ?? '')
      ? `The engine at ${endpoint} broke off the connection; it is not known whether it did this: ${what}.`
      : `No Docker engine answers at ${endpoint} (${failure.errno ?? failure.message}).`;
  }
  if (code === 'ENGINE_PERMISSION') return `This user may not use the Docker engine at ${endpoint}.`;
  if (code === 'ENGINE_TOO_OLD') return `The Docker engine at ${endpoint} is too old: ${failure.message}.`;
  return `Could not ${what}: ${failure.message || 'the engine gave no reason'}`;
};

/** The error that callers see: code, words, hint and details of that call. */
export const engineError = (asked: Asked, error: unknown, endpoint: string): CodedError => {
  const failure = readFailure(error);
  const code = classify(asked, failure);
  const hint = HINTS[code];
  return new CodedError(code, {
    message: phrase(code, asked, failure, endpoint),
    ...(hint === undefined ? {} : { hint }),
    details: detailsOf(asked, failure),
    cause: error,
  });
};

export const timeoutError = (asked: Asked, afterMs: number, endpoint: string): CodedError =>
  new CodedError('ENGINE_TIMEOUT', {
    message:
      `The engine at ${endpoint} did not finish within ${Math.ceil(afterMs / 1000)} s: ${asked.operation} ${asked.object}`.trimEnd(),
    hint: HINTS.ENGINE_TIMEOUT!,
    details: { operation: asked.operation, object: asked.object, status: null, engineMessage: '' },
  });

/** True when the connection broke before an answer was complete: a read may be asked again. */
export const isBroken = (error: unknown): boolean => {
  const { errno, status } = readFailure(error);
  return status === undefined && (errno === 'ECONNRESET' || errno === 'EPIPE');
};
