import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createProxyServer } from 'httpxy';
import { type Answer, answer, answerUpgrade } from '../http/answer.ts';
import { BodyTooLarge, boundedBody, declaresMoreThan, hasBody } from '../http/body-limit.ts';
import { closeServer, listen } from '../http/listener.ts';
import { type Log, reasonOf } from '../log.ts';
import type { RelayConfig, RelayStatus } from '../protocol.ts';
import { createExchange, describeFailure, type Exchange, RETRY_AFTER_SECONDS, Stopping } from './exchange.ts';
import { createFrontDoor, createResolve } from './front-door.ts';
import { cleanRequest, completeResponse } from './headers.ts';
import { type Held, HoldExpired } from './hold.ts';
import { endWhenLost } from './lost-answer.ts';
import { Upgraded } from './upgraded.ts';

type Settings = RelayConfig['ingress'];

export interface IngressServer {
  address: string;
  status(): RelayStatus['ingress'];
  reload(settings: Settings): void;
  close(graceMs: number): Promise<void>;
}

const isWebSocket = (req: IncomingMessage): boolean =>
  req.method === 'GET' && req.headers.upgrade?.toLowerCase() === 'websocket';

/** The way in: requests and WebSockets to the agent's gateway, held while it is not there. */
export const startIngress = async (initial: Settings, host: string, log: Log): Promise<IngressServer> => {
  let settings = initial;
  const resolve = createResolve();
  const counters: RelayStatus['ingress'] = { requests: 0, active: 0, held: 0, maxHeldMs: 0, expired: 0, lastHoldMs: 0 };
  const exchanges = new Map<IncomingMessage, Exchange>();
  const upgraded = new Upgraded();
  let stopping = false;

  const countHold = ({ waited, waitedMs }: Held): void => {
    if (!waited) return;
    counters.held += 1;
    counters.lastHoldMs = waitedMs;
    counters.maxHeldMs = Math.max(counters.maxHeldMs, waitedMs);
  };

  const refusal = (req: IncomingMessage): Answer | undefined => {
    if (!req.url?.startsWith('/')) {
      return { status: 400, type: 'nemoclaw_policy', code: 'bad_target', message: 'the request target must be a path' };
    }
    if (declaresMoreThan(req, settings.bodyBytes)) {
      return describeFailure(
        new BodyTooLarge(`the body is larger than ${settings.bodyBytes} bytes`),
        'waiting',
        settings.holdMs,
      );
    }
    if (stopping) return describeFailure(new Stopping(), 'waiting', settings.holdMs);
    if (counters.active >= settings.concurrent) {
      const message = `${settings.concurrent} requests are under way already`;
      return {
        status: 503,
        type: 'nemoclaw_limit',
        code: 'too_many_requests',
        message,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      };
    }
    return undefined;
  };

  const begin = (req: IncomingMessage, client: ServerResponse | Duplex): Exchange => {
    const open = createFrontDoor(settings.target, resolve);
    const exchange = createExchange(open, settings.holdMs, countHold);
    const began = performance.now();
    counters.active += 1;
    exchanges.set(req, exchange);
    client.once('close', () => {
      counters.active -= 1;
      exchanges.delete(req);
      exchange.abandon(new Error('the client went away'));
      const status = 'statusCode' in client ? client.statusCode : undefined;
      log('ingress', {
        kind: status === undefined ? 'upgrade' : 'request',
        status,
        elapsedMs: Math.round(performance.now() - began),
      });
    });
    return exchange;
  };

  const options = (exchange: Exchange) => ({
    target: `http://${settings.target.host}:${settings.target.port}`,
    agent: exchange.agent,
    xfwd: true,
  });

  /** The first failure of an exchange decides what its client hears; what follows from it is noise. */
  const fail = (error: unknown, req: IncomingMessage, reply: (what: Answer) => void): void => {
    const exchange = exchanges.get(req);
    if (exchange === undefined || exchange.phase === 'over' || exchange.phase === 'upgraded') return;
    const what = describeFailure(error, exchange.phase, settings.holdMs);
    if (error instanceof HoldExpired) counters.expired += 1;
    log('ingress_failed', { code: what.code, phase: exchange.phase, error: reasonOf(error) });
    exchange.abandon(new Error('answered'));
    reply(what);
  };
  const failRequest = (error: unknown, req: IncomingMessage, res: ServerResponse): void =>
    fail(error, req, (what) => void answer(req, res, what));

  const proxy = createProxyServer();
  proxy.on('error', (error, req, client) => {
    if (req === undefined || client === undefined) return;
    if ('statusCode' in client) failRequest(error, req, client);
    else fail(error, req, (what) => answerUpgrade(client, what));
  });
  const retryAfter = (): number | undefined => (settings.holdMs === 'off' ? undefined : RETRY_AFTER_SECONDS);
  proxy.on('proxyRes', (response, _req, res) => {
    completeResponse(response.headers, response.statusCode ?? 502, retryAfter());
    endWhenLost(response, res as ServerResponse);
  });
  proxy.on('proxyReqWs', (proxyReq, req, socket) => {
    proxyReq.once('response', (response) =>
      completeResponse(response.headers, response.statusCode ?? 502, retryAfter()),
    );
    proxyReq.once('upgrade', (_response, gateway: Socket) => {
      const exchange = exchanges.get(req);
      if (exchange !== undefined) exchange.phase = 'upgraded';
      upgraded.add(socket, gateway);
    });
  });

  const onRequest = (req: IncomingMessage, res: ServerResponse): void => {
    counters.requests += 1;
    req.on('error', () => {});
    const refused = refusal(req);
    if (refused !== undefined) {
      void answer(req, res, refused);
      return;
    }
    const exchange = begin(req, res);
    cleanRequest(req, 'request');
    const body = hasBody(req) ? boundedBody(req, settings.bodyBytes) : undefined;
    body?.once('error', (error) => failRequest(error, req, res));
    const headers = { connection: 'close' };
    proxy
      .web(req, res, { ...options(exchange), headers, ...(body === undefined ? {} : { buffer: body }) })
      .catch(() => {});
  };

  const onUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
    counters.requests += 1;
    socket.on('error', () => {});
    const refused = refusal(req);
    if (refused !== undefined) {
      answerUpgrade(socket, refused);
      return;
    }
    const exchange = begin(req, socket);
    cleanRequest(req, 'upgrade');
    proxy.ws(req, socket as Socket, options(exchange), head).catch(() => {});
  };

  const server = createServer(
    { shouldUpgradeCallback: isWebSocket, headersTimeout: 30_000, keepAliveTimeout: 65_000 },
    onRequest,
  );
  server.on('upgrade', onUpgrade);
  server.maxConnections = Math.max(256, initial.concurrent * 4);
  const address = await listen(server, { host, port: initial.port });

  return {
    address,
    status: () => ({ ...counters }),
    reload: (next) => {
      settings = next;
    },
    close: async (graceMs) => {
      stopping = true;
      for (const exchange of exchanges.values()) if (exchange.phase === 'waiting') exchange.release();
      upgraded.endAll();
      await closeServer(server, graceMs, () => {
        for (const exchange of exchanges.values()) exchange.abandon(new Stopping());
      });
    },
  };
};
