import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { codedError, issueWords } from '../errors/index.ts';

/** The file's text; `undefined` only when there is no such file. */
export const readText = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw (cause as NodeJS.ErrnoException).code === 'EACCES'
      ? await notOurs(path, cause)
      : unreadable(path, (cause as Error).message, cause);
  }
};

/** As happens when one command of several was given with `sudo`. */
const notOurs = async (path: string, cause: unknown) => {
  const owner = await stat(path).then(
    ({ uid }) => `it belongs to user ${uid}`,
    () => 'a folder on its way may not be entered',
  );
  return codedError('STATE_UNREADABLE', {
    message: `${path} can't be used: ${owner}, and this is user ${process.geteuid?.() ?? 'another'}.`,
    hint: 'Nothing was changed. Give the command as the user who made the sandbox, or give the files to this one (`sudo chown -R`).',
    details: { path },
    cause,
  });
};

const unreadable = (path: string, why: string, cause?: unknown) =>
  codedError('STATE_UNREADABLE', {
    message: `${path} can't be used: ${why}.`,
    hint: 'Nothing was changed. Put the file back from a backup, or move it away by hand and run `nemoclaw <name> recover`.',
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });

const parseJson = (path: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, text.trim() === '' ? 'it is empty' : 'it is not JSON', cause);
  }
};

const knownVersion = 1;

const checkVersion = (path: string, value: unknown): void => {
  if (value === null || typeof value !== 'object' || !('version' in value))
    throw unreadable(path, 'it states no version');
  if (value.version === knownVersion) return;
  throw codedError('STATE_VERSION', {
    message: `${path} has version ${JSON.stringify(value.version)}; this program knows version ${knownVersion}.`,
    details: { path, version: String(value.version), known: knownVersion },
  });
};

const firstIssue = (error: z.ZodError): string => {
  const issue = error.issues[0];
  if (!issue) return 'it does not have the expected shape';
  const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return `${where}${issueWords(issue)}`;
};

/** Never read as empty: what is there and does not fit is STATE_UNREADABLE or STATE_VERSION, naming the file. */
export const readState = async <S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S> | undefined> => {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const value = parseJson(path, text);
  checkVersion(path, value);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable(path, firstIssue(parsed.error), parsed.error);
  return parsed.data;
};

/** A file in the folder of one sandbox that speaks of another was copied or moved by hand. */
export const checkName = (path: string, found: string, expected: string): void => {
  if (found !== expected) throw unreadable(path, `it belongs to sandbox ${found}`);
};

/** What is written can be read again: a value of the wrong shape is our own fault and never reaches the disk. */
export const serialize = <S extends z.ZodType>(path: string, schema: S, value: unknown): string => {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw codedError('INTERNAL_ERROR', {
      message: `What was to be written to ${path} is not what belongs there: ${firstIssue(parsed.error)}.`,
      details: { path },
      cause: parsed.error,
    });
  return `${JSON.stringify(parsed.data, null, 2)}\n`;
};
