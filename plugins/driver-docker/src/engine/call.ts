import type { Milliseconds } from '@nemoclaw/plugin-api';
import { isCodedError } from '@nemoclaw/plugin-api';
import type Dockerode from 'dockerode';
import { BUDGETS, type Budgets } from './budgets.ts';
import { type Connect, type Connection, connector } from './connection.ts';
import { type Endpoint, endpointName } from './endpoint.ts';
import { type Asked, engineError, isBroken, timeoutError } from './errors.ts';

export interface CallSpec extends Asked {
  /**
   * `json`: an object; anything else is an error. `none`: the body does not matter. `stream`: what `run` returns or
   * reads outlives the headers; the socket then lives until the stream ends or the signal aborts.
   */
  answer: 'json' | 'none' | 'stream';
  /** Covers all of `run`. */
  timeoutMs?: Milliseconds;
  signal?: AbortSignal | undefined;
  /** A read, or what changes nothing the second time: asked once more when the connection broke. A read's bound is shorter. */
  idempotent?: boolean;
}

export interface Engine {
  /**
   * One request to the engine, made by `run` with a client of its own. Rejects with a CodedError that names operation
   * and object, or with the signal's reason.
   */
  call<T>(spec: CallSpec, run: (docker: Dockerode) => Promise<T>): Promise<T>;
  /** The same mapping for an error met while a stream of that call was read. */
  explain(asked: Asked, error: unknown): Error;
  endpoint: string;
  /** How long calls that name no bound of their own may take, and those that build on one. */
  budgets: Budgets;
}

export const createEngine = (
  endpoint: Endpoint,
  { connect = connector(endpoint), budgets = BUDGETS }: { connect?: Connect; budgets?: Budgets } = {},
): Engine => {
  const name = endpointName(endpoint);
  const explain = (asked: Asked, error: unknown): Error =>
    isCodedError(error) ? error : engineError(asked, error, name);

  const attempt = async <T>(spec: CallSpec, run: (docker: Dockerode) => Promise<T>): Promise<T> => {
    spec.signal?.throwIfAborted();
    const timeoutMs = spec.timeoutMs ?? (spec.idempotent ? budgets.read : budgets.change);
    const connection = await connect();
    // The first call loads dockerode meanwhile.
    spec.signal?.throwIfAborted();
    const stop = Promise.withResolvers<never>();
    const abort = () => {
      connection.destroy();
      stop.reject(spec.signal?.reason);
    };
    const timer = setTimeout(() => {
      connection.destroy();
      stop.reject(timeoutError(spec, timeoutMs, name));
    }, timeoutMs);
    spec.signal?.addEventListener('abort', abort, { once: true });
    connection.onClosed(() => spec.signal?.removeEventListener('abort', abort));
    try {
      const answer = run(connection.docker);
      const rivals: Promise<never>[] =
        spec.answer === 'stream' ? [stop.promise] : [stop.promise, brokenOff(connection)];
      const result = await Promise.race([answer, ...rivals]);
      if (spec.answer === 'json' && Buffer.isBuffer(result)) throw malformed(result);
      return result;
    } catch (error) {
      connection.destroy();
      // When several ends race, the caller's wish explains the others.
      if (spec.signal?.aborted) throw spec.signal.reason;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    endpoint: name,
    budgets,
    explain,
    async call(spec, run) {
      try {
        return await attempt(spec, run);
      } catch (error) {
        if (spec.signal?.aborted) throw spec.signal.reason;
        if (!spec.idempotent || !isBroken(error)) throw explain(spec, error);
      }
      try {
        return await attempt(spec, run);
      } catch (error) {
        if (spec.signal?.aborted) throw spec.signal.reason;
        throw explain(spec, error);
      }
    },
  };
};

/** docker-modem never hears that an answer ended before its time; without this such a call waits for its time-out. */
const brokenOff = (connection: Connection): Promise<never> =>
  new Promise((_, reject) => {
    connection.onClosed(() => {
      setImmediate(() =>
        reject(Object.assign(new Error('the answer ended before it was complete'), { code: 'ECONNRESET' })),
      );
    });
  });

const malformed = (body: Buffer): Error =>
  new Error(
    body.length === 0
      ? 'the engine answered nothing where JSON was due'
      : `the engine answered something that is not JSON: ${JSON.stringify(body.toString('utf8').slice(0, 80))}`,
  );
