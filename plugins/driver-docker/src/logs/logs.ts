import type { Driver, LogLine } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { createDemux } from '../streams/demux.ts';
import { lineSplitter } from '../streams/lines.ts';

/** Lines of a container's two streams; ends with the container (when followed), the last line, or the caller's break or abort. */
export const createLogs = (engine: Engine): Driver['logs'] => {
  return async function* (id, { tail, follow, timestamps = false, signal }) {
    const asked = { operation: 'read logs of container', object: id };
    const inspect = { ...asked, answer: 'json', idempotent: true, signal } as const;
    const document = await engine.call(inspect, (docker) => docker.getContainer(encodeURIComponent(id)).inspect());
    // Always asked for as a followed one: dockerode returns a stream only then. The engine gets what the caller wants.
    const query = {
      follow: true as const,
      _query: { stdout: 1, stderr: 1, tail, timestamps: Number(timestamps), follow: Number(follow) },
    };
    const open = { ...asked, answer: 'stream', signal } as const;
    const stream = await engine.call(open, (docker) =>
      docker.getContainer(encodeURIComponent(id)).logs(query as { follow: true }),
    );

    let ready: LogLine[] = [];
    const splitter = (name: LogLine['stream']) =>
      lineSplitter((line) =>
        ready.push(timestamps ? { stream: name, ...stamped(line) } : { stream: name, text: line }),
      );
    const stdout = splitter('stdout');
    const stderr = splitter('stderr');
    const take = document.Config.Tty ? stdout.write : createDemux({ stdout: stdout.write, stderr: stderr.write });
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        take(chunk);
        const lines = ready;
        ready = [];
        yield* lines;
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw engine.explain(asked, error);
    } finally {
      (stream as unknown as { destroy(): void }).destroy();
    }
    stdout.end();
    stderr.end();
    yield* ready;
  };
};

const stamped = (line: string): { text: string; time?: string } => {
  const space = line.indexOf(' ');
  const time = space < 0 ? line : line.slice(0, space);
  return /^\d{4}-\d\d-\d\dT/.test(time) ? { time, text: space < 0 ? '' : line.slice(space + 1) } : { text: line };
};
