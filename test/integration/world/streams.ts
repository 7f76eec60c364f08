export interface StreamLog {
  /** Connections that were opened and gave something. */
  opened: number;
  /** How each of them ended that did not end by the client's own will. */
  ends: { clean: boolean; how: string }[];
  /** Attempts that never opened. */
  refused: string[];
}

export interface StreamClient {
  log: StreamLog;
  /** Hangs up; what is still open then is no end. */
  stop(): Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls again whenever a stream ends, as any client of streams does. */
const reconnecting = (one: (log: StreamLog, signal: AbortSignal) => Promise<void>): StreamClient => {
  const log: StreamLog = { opened: 0, ends: [], refused: [] };
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await one(log, stopping.signal);
      await pause(20);
    }
  })();
  return {
    log,
    stop: () => {
      stopping.abort();
      return loop;
    },
  };
};

/** Server-sent events; a clean end is a complete one (the last chunk came), whatever its last event says. */
export const followEvents = (url: string): StreamClient =>
  reconnecting(async (log, signal) => {
    let last = '';
    try {
      const response = await fetch(url, { signal });
      if (!response.ok || !response.body) {
        const again = response.headers.get('retry-after');
        log.refused.push(`${response.status}${again === null ? '' : ' with Retry-After'}`);
        return void (await response.arrayBuffer());
      }
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        if (last === '') log.opened += 1;
        last = chunk;
      }
      log.ends.push({ clean: true, how: last.trim() });
    } catch (error) {
      if (signal.aborted) return;
      if (last === '') log.refused.push(String(error));
      else log.ends.push({ clean: false, how: String(error) });
    }
  });

/** A WebSocket; a clean end is one by close frames, with a code that says when to call again. */
export const followSocket = (url: string): StreamClient =>
  reconnecting(
    (log, signal) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url);
        let opened = false;
        const stop = () => socket.close();
        signal.addEventListener('abort', stop, { once: true });
        socket.addEventListener('message', () => {
          if (!opened) log.opened += 1;
          opened = true;
        });
        socket.addEventListener('close', ({ code, wasClean }) => {
          signal.removeEventListener('abort', stop);
          if (!signal.aborted && opened) log.ends.push({ clean: wasClean, how: String(code) });
          else if (!signal.aborted) log.refused.push(String(code));
          resolve();
        });
      }),
  );
