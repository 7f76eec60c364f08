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

const TEMPORARY = '.tmp';

/** Puts a complete claim into the folder under a name that was never used before, and gives its id. */
export const announce = async (place: LockPlace, claim: Claim): Promise<string> => {
  const id = randomBytes(8).toString('hex');
  const temporary = pathOf(place, id, TEMPORARY);
  await ensureFolder(place.folder);
  await writeFile(temporary, JSON.stringify(claim), { mode: 0o600, flag: 'wx' });
  await rename(temporary, pathOf(place, id, CLAIM));
  return id;
};

/** The claim's own name stays, so that whoever lists the folder meanwhile can't miss it. */
export const markHeld = (place: LockPlace, id: string): Promise<void> =>
  link(pathOf(place, id, CLAIM), pathOf(place, id, HELD));

const unlinkAll = async (place: LockPlace, id: string, suffixes: readonly string[]): Promise<void> => {
  for (const suffix of suffixes) {
    await unlink(pathOf(place, id, suffix)).catch((error: unknown) => {
      if (!absent(error)) throw error;
    });
  }
};

export const withdraw = (place: LockPlace, id: string): Promise<void> => unlinkAll(place, id, [HELD, CLAIM]);

/** Of what was never announced. */
export const discard = (place: LockPlace, id: string): Promise<void> => unlinkAll(place, id, [TEMPORARY]);

const readClaim = async (path: string): Promise<{ claim: Claim | undefined } | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) =>
    absent(error) ? undefined : Promise.reject(error),
  );
  return text === undefined ? undefined : { claim: parse(text) };
};

const idsOf = (names: Iterable<string>, { name: lock }: LockPlace, suffix: string): string[] =>
  [...names].flatMap((name) =>
    name.startsWith(`${lock}.`) && name.endsWith(suffix) ? [name.slice(lock.length + 1, -suffix.length)] : [],
  );

export const listClaims = async (place: LockPlace): Promise<FoundClaim[]> => {
  const names = new Set(await readdir(place.folder));
  const found: FoundClaim[] = [];
  for (const id of idsOf(names, place, CLAIM)) {
    const path = pathOf(place, id, CLAIM);
    const read = await readClaim(path);
    // Gone between listing and reading: its owner has given up or is done.
    if (read) found.push({ id, path, held: names.has(`${place.name}.${id}${HELD}`), claim: read.claim });
  }
  return found;
};

/** Claims that were written and not announced: of a process that is about to, or of one that was killed. */
export const listUnannounced = async (place: LockPlace): Promise<{ id: string; claim: Claim }[]> => {
  const found: { id: string; claim: Claim }[] = [];
  for (const id of idsOf(await readdir(place.folder), place, TEMPORARY)) {
    const claim = (await readClaim(pathOf(place, id, TEMPORARY)))?.claim;
    if (claim) found.push({ id, claim });
  }
  return found;
};
