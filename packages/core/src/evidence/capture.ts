import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@nemoclaw/plugin-api';
import { describeError } from '../errors/index.ts';
import type { Redactor } from '../redaction/index.ts';
import { ensureFolder, writeFileAtomic } from '../state/atomic-file.ts';
import type { StateStore } from '../state/store.ts';
import { type CollectedFile, type Collector, collectAll } from './collect.ts';
import { bounded } from './shape.ts';

export interface CaptureInput {
  store: Pick<StateStore, 'paths'>;
  name: string;
  operation: string;
  error: unknown;
  step: string;
  collect: Collector[];
  redactor: Pick<Redactor, 'redactText' | 'redactJson'>;
  /** When the operation began. */
  startedAt?: Date;
  /** What else the summary says; asked when all has been collected. */
  summary?: () => JsonObject;
  /** For all collectors together; 10 s. */
  totalMs?: number;
  /** For one collector; 2 s. */
  perCallMs?: number;
  now?: () => Date;
}

/** Whether what had been begun was taken back; `no` also where nothing had to be, or nobody tried yet. */
export type RolledBack = 'yes' | 'failed' | 'no';

export interface Evidence {
  folder: string;
  /** Writes into the summary what became of it; DISK_FULL, HOME_UNWRITABLE. */
  conclude(rolledBack: RolledBack, undoMs: number): Promise<void>;
}

const KEPT_FOLDERS = 20;

const summaryOf = (input: CaptureInput, at: Date, files: CollectedFile[], evidenceMs: number): JsonObject => {
  const { code, message, hint, plugin } = describeError(input.error);
  return {
    version: 1,
    at: at.toISOString(),
    sandbox: input.name,
    operation: input.operation,
    step: input.step,
    error: { code, message, ...(hint === undefined ? {} : { hint }), ...(plugin === undefined ? {} : { plugin }) },
    details: (input.error as { details?: JsonObject } | undefined)?.details ?? {},
    ...input.summary?.(),
    rolledBack: 'no' satisfies RolledBack,
    timings: {
      ...(input.startedAt ? { startedAt: input.startedAt.toISOString() } : {}),
      failedAt: at.toISOString(),
      evidenceMs: Math.round(evidenceMs),
    },
    files: files.map(({ file, result, elapsedMs }) =>
      result.outcome === 'ok' ? { file, elapsedMs } : { file, elapsedMs, missing: result.why },
    ),
  };
};

/** The oldest go; their names begin with their time. */
const keepLast = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).sort();
  for (const name of names.slice(0, Math.max(0, names.length - KEPT_FOLDERS)))
    await rm(join(folder, name), { recursive: true, force: true });
};

const makeFolder = async (parent: string, operation: string, at: Date): Promise<string> => {
  const base = `${at.toISOString().replaceAll(':', '-')}-${operation.replace(/[^a-z0-9-]+/gi, '-')}`;
  await ensureFolder(parent);
  const taken = new Set(await readdir(parent));
  let name = base;
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
  await ensureFolder(join(parent, name));
  return join(parent, name);
};

/**
 * Writes what can be known about a failure to `evidence/<time>-<operation>/`: `summary.json` and a file for each
 * collector, all redacted, 256 KiB each at most. A collector that hangs or fails costs its bound and is named in the
 * summary. Redacted when all is collected, so that what one of them taught the redactor holds for the others too. Keeps
 * the last 20 folders. DISK_FULL, HOME_UNWRITABLE.
 */
export const captureEvidence = async (input: CaptureInput): Promise<Evidence> => {
  const at = (input.now ?? (() => new Date()))();
  const begin = performance.now();
  const { evidence } = input.store.paths(input.name);
  const files = await collectAll(input);
  const folder = await makeFolder(evidence, input.operation, at);
  const write = (file: string, content: string | JsonObject): Promise<void> =>
    writeFileAtomic(join(folder, file), bounded(content, input.redactor));
  const summary = summaryOf(input, at, files, performance.now() - begin);
  await write('summary.json', summary);
  for (const { file, result } of files) if (result.outcome === 'ok') await write(file, result.content);
  await keepLast(evidence);
  return {
    folder,
    conclude: (rolledBack, undoMs) =>
      write('summary.json', {
        ...summary,
        rolledBack,
        timings: { ...(summary.timings as JsonObject), undoMs: Math.round(undoMs) },
      }),
  };
};
