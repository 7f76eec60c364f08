import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What the quickstart made, so that `--clean` takes away exactly that. Written before each effect. */
export interface Ledger {
  /** Debian packages that were there before the engine was installed; the difference is ours. */
  packagesBefore?: string[];
  enginePackages?: string[];
  /** The engine's data folder was not there before. */
  madeEngineData?: boolean;
  /** A dockerd that we started ourselves, since no service manager runs here. */
  dockerdPid?: number;
  /** Packages that only the parent image needed. */
  parentPackages?: string[];
  parentImage?: string;
  modelImage?: string;
  modelContainer?: boolean;
  sandbox?: string;
  /** `config.json` was written into this home. */
  configuredHome?: string;
}

export interface LedgerFile {
  read(): Ledger;
  update(change: Partial<Ledger>): void;
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
    read,
    update(change) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.new`, `${JSON.stringify({ ...read(), ...change }, null, 2)}\n`);
      renameSync(`${path}.new`, path);
    },
    remove: () => rmSync(path, { force: true }),
  };
};
