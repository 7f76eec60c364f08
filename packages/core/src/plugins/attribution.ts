import { type CodedError, isCodedError, type JsonObject } from '@nemoclaw/plugin-api';
import { codedError, type ErrorCode } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';

/** Plugin code that runs or ran: all that is said of it in an error. */
export interface PluginCall {
  /** `name@version`. */
  plugin: string;
  /** Reads after "in": `hook pre-create`, `probe bridge`, `import of dist/index.js`. */
  what: string;
  timeoutMs: number;
}

/** `12 ms`, `1.2 s`, `75 s`. */
export const formatElapsed = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;

const textOf = (thrown: unknown): string => {
  try {
    return oneLine(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).replace(/\.$/, '');
  } catch {
    return 'something that cannot be shown';
  }
};

/** Where it was thrown, from the first frame that is neither Node's nor absent. */
const thrownAt = (error: Error): string | undefined => {
  const frame = (error.stack ?? '').split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return (
    frame && oneLine(/\(?((?:file:|\/)[^()]+:\d+):\d+\)?$/.exec(frame.trim())?.[1] ?? '', 300).replace(/^file:\/\//, '')
  );
};

const BY_SYSTEM_CODE: Record<string, string> = {
  ERR_MODULE_NOT_FOUND: 'a dependency of it is not installed, or a file of it is missing',
  MODULE_NOT_FOUND: 'a dependency of it is not installed, or a file of it is missing',
  ERR_PACKAGE_PATH_NOT_EXPORTED: 'it needs another version of a dependency than the one that is installed',
  ERR_UNKNOWN_FILE_EXTENSION: 'it names a file that is not JavaScript; it has to be built',
  ERR_REQUIRE_ESM: 'it is built for an older Node',
  ENOENT: 'a file or program that it needs is not there',
  EACCES: 'it may not use a file that it needs',
  EPERM: 'it may not do what it tries to',
  ECONNREFUSED: 'a service that it needs does not run',
  ENOTFOUND: 'a host that it needs cannot be found',
  ETIMEDOUT: 'a service that it needs does not answer',
};

/** One clause that says what it probably is; the reader is the user or the author of the plugin. */
export const likelyCause = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'it threw something that is not an Error';
  const code = (thrown as { code?: unknown }).code;
  const known = typeof code === 'string' ? BY_SYSTEM_CODE[code] : undefined;
  if (known !== undefined) return known;
  if (thrown.name === 'SyntaxError' && !/JSON/.test(thrown.message))
    return `its code does not parse on Node ${process.versions.node}`;
  if (/read.?only property|not extensible|Cannot (?:assign|add|delete|define) /.test(thrown.message)) {
    return 'it tries to change its input, which is frozen; it has to return what it wants changed';
  }
  if (thrown.name === 'AbortError') return 'something that it called gave up';
  const where = thrownAt(thrown);
  return where ? `a fault in its code at ${where}` : 'a fault in its code';
};

const detailsOf = (call: PluginCall, elapsedMs: number): JsonObject => ({
  call: call.what,
  elapsedMs: Math.round(elapsedMs),
});

/** A plugin's own coded error keeps its code and words; anything else becomes `code` with a likely cause. */
export const attribute = (thrown: unknown, call: PluginCall, elapsedMs: number, code: ErrorCode): CodedError => {
  if (isCodedError(thrown)) {
    thrown.plugin ??= call.plugin;
    return thrown;
  }
  return codedError(code, {
    message: `Plugin ${call.plugin} failed in ${call.what} after ${formatElapsed(elapsedMs)}: ${textOf(thrown)}. Likely cause: ${likelyCause(thrown)}.`,
    details: detailsOf(call, elapsedMs),
    cause: thrown,
    plugin: call.plugin,
  });
};

export const timedOut = (call: PluginCall, elapsedMs: number, code: ErrorCode): CodedError =>
  codedError(code, {
    message:
      `Plugin ${call.plugin} did not finish ${call.what} within ${formatElapsed(call.timeoutMs)}. ` +
      'Likely cause: it waits for something that does not come, and does not listen to its signal.',
    details: detailsOf(call, elapsedMs),
    plugin: call.plugin,
  });

export const interrupted = (call: PluginCall, elapsedMs: number, cause: unknown): CodedError =>
  codedError('INTERRUPTED', {
    message: `Interrupted while plugin ${call.plugin} was in ${call.what}.`,
    details: detailsOf(call, elapsedMs),
    cause,
    plugin: call.plugin,
  });
