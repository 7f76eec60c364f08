import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { LoadedConfig } from '../config/load.ts';
import { type Answer, answer } from '../http/answer.ts';
import { declaresMoreThan, wholeBody } from '../http/body-limit.ts';
import { closeServer, type Endpoint, listen } from '../http/listener.ts';
import { type Log, printable } from '../log.ts';
import type { RelayStatus } from '../protocol.ts';
import { writeCompletion } from '../selftest/completion.ts';
import type { SelfTest } from '../selftest/selftest.ts';
import { type ExchangeResult, exchange } from './exchange.ts';
import { decide } from './policy.ts';
import { createUpstream } from './upstream.ts';

export interface InferenceServer {
  address: string;
  status(): RelayStatus['inference'];
  /** Takes certificate, key, provider and limits from `loaded`; calls under way keep what they began with. */
  reload(loaded: LoadedConfig): void;
  close(graceMs: number): Promise<void>;
}

const limit = (status: 413 | 415 | 429, code: string, message: string): Answer => ({
  status,
  type: 'nemoclaw_limit',
  code,
  message,
  ...(status === 429 ? { retryAfterSeconds: 1 } : {}),
});

const pathOf = (req: IncomingMessage): string => printable((req.url ?? '').split('?', 1)[0] ?? '');

/** The TLS server that agents know as inference.local. */
export const startInference = async (
  initial: LoadedConfig,
  host: string,
  log: Log,
  selfTest: SelfTest,
): Promise<InferenceServer> => {
  let route = { loaded: initial, upstream: createUpstream(initial) };
  const counters: RelayStatus['inference'] = { requests: 0, refused: 0, upstreamErrors: 0, active: 0 };

  const refusal = (req: IncomingMessage): Answer | undefined => {
    const { limits } = route.loaded.config.inference;
    if (declaresMoreThan(req, limits.bodyBytes)) {
      return limit(413, 'body_too_large', `the body is larger than ${limits.bodyBytes} bytes`);
    }
    if ((req.headers['content-encoding'] ?? 'identity') !== 'identity') {
      return limit(415, 'body_encoded', 'the body must not be compressed');
    }
    if (counters.active >= limits.concurrent) {
      return limit(429, 'too_many_requests', `${limits.concurrent} calls are under way already`);
    }
    return undefined;
  };

  const account = (call: string, result: ExchangeResult, elapsedMs: number): void => {
    if (result.outcome === 'failed' || (result.outcome === 'cut' && result.reason === 'provider'))
      counters.upstreamErrors += 1;
    if (result.outcome !== 'client_gone') counters.lastStatus = result.status;
    log('inference', { call, elapsedMs, ...result });
  };

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    counters.requests += 1;
    const began = performance.now();
    const verdict = decide(req.method ?? '', req.url ?? '', route.loaded.config.inference.provider.allowed);
    const refused: Answer | undefined = verdict.allowed
      ? refusal(req)
      : { status: 403, type: 'nemoclaw_policy', layer: 'policy', code: 'call_not_allowed', message: verdict.reason };
    if (refused !== undefined) {
      counters.refused += 1;
      log('inference_refused', {
        method: printable(req.method ?? '', 16),
        path: pathOf(req),
        status: refused.status,
        code: refused.code,
      });
      return answer(req, res, refused);
    }
    if (!verdict.allowed) return;
    counters.active += 1;
    try {
      let body: Buffer | undefined;
      if (verdict.call === 'POST /v1/chat/completions' && selfTest.status().armed) {
        body = await wholeBody(req, route.loaded.config.inference.limits.bodyBytes);
        const completion = body && selfTest.answer(body);
        if (completion) {
          log('selftest_answered', { kind: completion.kind });
          return writeCompletion(res, completion);
        }
        if (!body) {
          counters.refused += 1;
          return answer(req, res, limit(413, 'body_too_large', 'the body is too large or did not come whole'));
        }
      }
      account(verdict.call, await exchange(req, res, verdict, route, body), Math.round(performance.now() - began));
    } finally {
      counters.active -= 1;
    }
  };

  const tls = ({ certificate }: LoadedConfig) => ({
    cert: certificate.cert,
    key: certificate.key,
    minVersion: 'TLSv1.2' as const,
  });
  const server = createServer({ ...tls(initial), headersTimeout: 30_000, keepAliveTimeout: 30_000 }, (req, res) => {
    req.on('error', () => {});
    serve(req, res).catch((error: unknown) => {
      log('inference_error', { error: error instanceof Error ? error.name : 'unknown' });
      res.destroy();
    });
  });
  server.requestTimeout = initial.config.inference.limits.totalTimeoutMs;
  server.maxConnections = Math.max(64, initial.config.inference.limits.concurrent * 4);
  const address = await listen(server, { host, port: initial.config.inference.port } satisfies Endpoint);

  return {
    address,
    status: () => ({ ...counters }),
    reload: (loaded) => {
      const old = route.upstream;
      server.setSecureContext(tls(loaded));
      route = { loaded, upstream: createUpstream(loaded) };
      old.close().catch(() => {});
    },
    close: async (graceMs) => {
      await closeServer(server, graceMs);
      await route.upstream.close().catch(() => {});
    },
  };
};
