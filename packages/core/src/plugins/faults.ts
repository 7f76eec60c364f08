import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { isCodedError } from '@nemoclaw/plugin-api';
import { z } from 'zod';
import type { PluginFault } from '../api/nemoclaw.ts';
import { catalogueRow } from '../errors/index.ts';

const MAX_BYTES = 256 * 1024;

const row = z.object({
  plugin: z.string(),
  code: z.string(),
  message: z.string(),
  fix: z.string().default(''),
  at: z.string(),
});

/** What went wrong with plugins in earlier commands, so that `plugins doctor` can say it: one JSON object a line. */
export interface FaultLog {
  /** Writes down an error that names a plugin; anything else, and any trouble with the file, is passed over. */
  note(error: unknown): void;
  /** The last one of each kind of a plugin, `name@version`. */
  of(plugin: string): PluginFault[];
}

/** Lines are appended in one write, by the watchdog's thread too; without a folder there is no plugin to speak of. */
export const createFaultLog = (path: string, redact: (text: string) => string, now: () => Date): FaultLog => ({
  note: (error) => {
    if (!isCodedError(error) || error.plugin === undefined) return;
    const { plugin, code } = error;
    const fix = error.hint ?? catalogueRow(code)?.hint ?? '';
    const line = { plugin, code, message: redact(error.message), fix: redact(fix), at: now().toISOString() };
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) truncateSync(path);
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch {
      // The error itself is on its way to the user; this is only its memory.
    }
  },
  of: (plugin) => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      return [];
    }
    const last = new Map<string, PluginFault>();
    for (const line of text.split('\n')) {
      const parsed = row.safeParse(parse(line));
      if (!parsed.success || parsed.data.plugin !== plugin) continue;
      const { code, message, at } = parsed.data;
      const fix = parsed.data.fix || catalogueRow(code)?.hint || '';
      last.set(code, { code, message, fix, at });
    }
    return [...last.values()];
  },
});

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
