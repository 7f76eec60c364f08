import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A process, told from a later one with the same number. */
export interface ProcessMark {
  pid: number;
  /** Boot and moment of its start. */
  started: string;
}

/** What was made from here, so that `--clean` takes away exactly that. Each entry is written before its effect. */
export interface Ledger {
  /** An apt run that is under way, or was cut off: Debian packages that were there before it. */
  aptRun?: { before: string[] };
  /** Debian packages that apt runs of ours brought. */
  packages?: string[];
  /** Folders of the engine's that were not there before it was installed. */
  engineFolders?: string[];
  /** A dockerd that we started ourselves, since no service manager runs here. */
  dockerd?: ProcessMark;
  /** The service was not running before. */
  startedService?: true;
  /** Ids of images of NemoClaw's that were there before. */
  imagesBefore?: string[];
  /** Image made here since none could be pulled. */
  parentImage?: string;
  /** Name of the bundled model's container. */
  modelContainer?: string;
  sandbox?: string;
  /** Where the product keeps its state. */
  home?: { folder: string; existed: boolean };
  /** Parent image that was written into the home's config.json. */
  configuredParent?: string;
}

/** `undefined` takes an entry away. */
export type LedgerChange = { [K in keyof Ledger]?: Ledger[K] | undefined };

export interface LedgerFile {
  /** Where it stands; scratch files may stand beside it. */
  readonly folder: string;
  read(): Ledger;
  update(change: LedgerChange): void;
  remove(): void;
}

export const ledgerAt = (path: string): LedgerFile => {
  const read = (): Ledger => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Ledger;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  };
  return {
    folder: dirname(path),
    read,
    update(change) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify({ ...read(), ...change }, null, 2)}\n`);
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
};
