import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ensureFolder } from '../atomic-file.ts';

const claimSchema = z.object({
  owner: z.object({
    pid: z.number(),
    startTime: z.string(),
    bootId: z.string(),
    pidNamespace: z.string(),
    machine: z.string(),
  }),
  operation: z.string(),
  since: z.string(),
});

/** What stands in a claim's file. */
export type Claim = z.infer<typeof claimSchema>;

export interface FoundClaim {
  id: string;
  path: string;
  held: boolean;
  /** Absent when the file is not what a claim looks like. */
  claim: Claim | undefined;
}

const CLAIM = '.claim';
const HELD = '.held';

const absent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const parse = (text: string): Claim | undefined => {
  try {
    return claimSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Puts a complete claim into `folder` under a name that was never used before, and gives its id. */
export const announce = async (folder: string, claim: Claim): Promise<string> => {
  const id = randomBytes(8).toString('hex');
  // Written beside the folder first: whoever lists the folder sees whole claims only.
  const temporary = join(dirname(folder), `.${id}.tmp`);
  for (;;) {
    await ensureFolder(folder);
    await writeFile(temporary, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
    try {
      await rename(temporary, join(folder, `${id}${CLAIM}`));
      return id;
    } catch (error) {
      await unlink(temporary).catch(() => {});
      // The last holder took the empty folder away between our two calls.
      if (!absent(error)) throw error;
    }
  }
};

/** The claim's own name stays, so that whoever lists the folder meanwhile can't miss it. */
export const markHeld = (folder: string, id: string): Promise<void> =>
  link(join(folder, `${id}${CLAIM}`), join(folder, `${id}${HELD}`));

export const withdraw = async (folder: string, id: string): Promise<void> => {
  for (const suffix of [HELD, CLAIM]) {
    await unlink(join(folder, `${id}${suffix}`)).catch((error: unknown) => {
      if (!absent(error)) throw error;
    });
  }
};

export const removeIfEmpty = async (folder: string): Promise<void> => {
  await rmdir(folder).catch(() => {});
};

export const listClaims = async (folder: string): Promise<FoundClaim[]> => {
  const names = new Set(await readdir(folder).catch((error: unknown) => (absent(error) ? [] : Promise.reject(error))));
  const found: FoundClaim[] = [];
  for (const name of names) {
    if (!name.endsWith(CLAIM)) continue;
    const path = join(folder, name);
    const text = await readFile(path, 'utf8').catch((error: unknown) =>
      absent(error) ? undefined : Promise.reject(error),
    );
    // Gone between listing and reading: its owner has given up or is done.
    if (text === undefined) continue;
    const id = name.slice(0, -CLAIM.length);
    found.push({ id, path, held: names.has(`${id}${HELD}`), claim: parse(text) });
  }
  return found;
};
