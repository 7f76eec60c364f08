import { type JsonObject, untilAborted } from '@nemoclaw/plugin-api';
import { fileName } from './shape.ts';

export interface Collector {
  /** Name of the file, such as `agent.log`; `.txt` or `.json` is added where there is no ending. */
  name: string;
  run(signal: AbortSignal): Promise<string | JsonObject>;
  /** For what takes longer than the others may. */
  boundMs?: number;
}

const TOTAL_MS = 10_000;
const PER_CALL_MS = 2_000;

type Collected = { outcome: 'ok'; content: string | JsonObject } | { outcome: 'failed'; why: string };

export interface CollectedFile {
  /** As the collector is called. */
  name: string;
  file: string;
  result: Collected;
  elapsedMs: number;
}

const runCollector = async (collector: Collector, total: AbortSignal, perCallMs: number): Promise<Collected> => {
  const own = new AbortController();
  // A referenced timer: what hangs must not end the process before the rest is written.
  const timer = setTimeout(() => own.abort(new Error(`no answer within ${perCallMs / 1000} s`)), perCallMs);
  try {
    const signal = AbortSignal.any([own.signal, total]);
    return { outcome: 'ok', content: await untilAborted(collector.run(signal), signal) };
  } catch (error) {
    return { outcome: 'failed', why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};

/** One after the other, each within its bound and all within theirs; what hangs or fails is named and ends no other. */
export const collectAll = async (input: {
  collect: readonly Collector[];
  /** For all together; 10 s. */
  totalMs?: number | undefined;
  /** For each; 2 s. */
  perCallMs?: number | undefined;
  signal?: AbortSignal | undefined;
}): Promise<CollectedFile[]> => {
  const totalMs = input.totalMs ?? TOTAL_MS;
  const total = new AbortController();
  const timer = setTimeout(() => total.abort(new Error(`the ${totalMs / 1000} s for evidence were over`)), totalMs);
  const signal = input.signal ? AbortSignal.any([total.signal, input.signal]) : total.signal;
  try {
    const files: CollectedFile[] = [];
    // One after the other: an engine that is in trouble gets no crowd of questions.
    for (const collector of input.collect) {
      const start = performance.now();
      const result = await runCollector(collector, signal, collector.boundMs ?? input.perCallMs ?? PER_CALL_MS);
      files.push({
        name: collector.name,
        file: fileName(collector.name, result.outcome === 'ok' ? result.content : ''),
        result,
        elapsedMs: Math.round(performance.now() - start),
      });
    }
    return files;
  } finally {
    clearTimeout(timer);
  }
};
