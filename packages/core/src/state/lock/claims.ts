import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Which lock: a folder that is never removed, and the name that its claims begin with. */
export interface LockPlace {
  folder: string;
  name: string;
}

const pathOf = ({ folder, name }: LockPlace, id: string, suffix: string): string =>
  join(folder, `${name}.${id}${suffix}`);

/** Puts a complete claim into the folder under a name that was never used before, and gives its id. */
export const announce = async (place: LockPlace, claim: Claim): Promise<string> => {
  const id = randomBytes(8).toString('hex');
  const temporary = pathOf(place, id, '.tmp');
  await ensureFolder(place.folder);
  await writeFile(temporary, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
  await rename(temporary, pathOf(place, id, CLAIM));
  return id;
};

/** The claim's own name stays, so that whoever lists the folder meanwhile can't miss it. */
export const markHeld = (place: LockPlace, id: string): Promise<void> =>
  link(pathOf(place, id, CLAIM), pathOf(place, id, HELD));

export const withdraw = async (place: LockPlace, id: string): Promise<void> => {
  for (const suffix of [HELD, CLAIM]) {
    await unlink(pathOf(place, id, suffix)).catch((error: unknown) => {
      if (!absent(error)) throw error;
    });
  }
};

export const listClaims = async (place: LockPlace): Promise<FoundClaim[]> => {
  const names = new Set(await readdir(place.folder));
  const prefix = `${place.name}.`;
  const found: FoundClaim[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(CLAIM)) continue;
    const path = join(place.folder, name);
    const text = await readFile(path, 'utf8').catch((error: unknown) =>
      absent(error) ? undefined : Promise.reject(error),
    );
    // Gone between listing and reading: its owner has given up or is done.
    if (text === undefined) continue;
    const id = name.slice(prefix.length, -CLAIM.length);
    found.push({ id, path, held: names.has(`${prefix}${id}${HELD}`), claim: parse(text) });
  }
  return found;
};
