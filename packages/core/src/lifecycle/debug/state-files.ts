import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@nemoclaw/plugin-api';
import type { Collector } from '../../evidence/collect.ts';

/** Never `secrets/`. */
const STATE = ['sandbox.json', 'ownership.json', 'plan.json', 'operation.json', 'events.json'] as const;
const FOLDERS = 5;
const FILES = 40;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Pure: an environment as its names, a command as its first token and their count, wherever they stand in a document. */
export const withoutValues = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutValues);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (/env$/i.test(key) && isObject(item)) return [key, Object.keys(item).sort()];
      if (/^(command|entrypoint|argv)$/i.test(key) && Array.isArray(item))
        return [key, { first: item[0] ?? null, count: item.length }];
      return [key, withoutValues(item)];
    }),
  );
};

/** A file that does not parse is what a reader looks for, so its text is there all the same. */
const readDocument = async (path: string): Promise<string | JsonObject> => {
  const text = await readFile(path, 'utf8');
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? (withoutValues(document) as JsonObject) : text;
  } catch {
    return text;
  }
};

/** The state files that a sandbox's folder has. */
export const stateCollectors = async (prefix: string, folder: string): Promise<Collector[]> => {
  const there = new Set(await readdir(folder).catch(() => []));
  return STATE.filter((file) => there.has(file)).map((file) => ({
    name: `${prefix}/${file}`,
    run: () => readDocument(join(folder, file)),
  }));
};

/** What was written of the latest failures. */
export const evidenceCollectors = async (prefix: string, folder: string): Promise<Collector[]> => {
  const folders = (await readdir(folder).catch(() => [])).sort().slice(-FOLDERS);
  const files = await Promise.all(
    folders.map(async (name) => {
      const names = (await readdir(join(folder, name)).catch(() => [])).sort().slice(0, FILES);
      return names.map((file) => `${name}/${file}`);
    }),
  );
  return files.flat().map((file) => ({ name: `${prefix}/${file}`, run: () => readDocument(join(folder, file)) }));
};
