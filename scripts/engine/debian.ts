import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runWithProgress } from '../quickstart/progress.ts';
import { type Archive, ENGINE, pinsFor, type Suite, sourceFor } from './recipe.ts';
import { archiveOf, lacking } from './sources.ts';

const SOURCE_PARTS = '/etc/apt/sources.list.d';

const sourceFiles = (): string[] =>
  existsSync(SOURCE_PARTS) ? readdirSync(SOURCE_PARTS).filter((name) => /\.(sources|list)$/.test(name)) : [];

/** The texts of this machine's apt sources. */
export const readSources = (): string[] =>
  [...sourceFiles().map((name) => join(SOURCE_PARTS, name)), '/etc/apt/sources.list']
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));

/** `undefined` where there is no apt, or its packages do not come from Debian's archive. */
export const debianArchive = (): Archive | undefined => {
  const sources = readSources();
  const uri = archiveOf(sources);
  if (uri === undefined || !existsSync('/usr/bin/apt-get')) return undefined;
  return { uri, lacking: lacking(ENGINE.suites, sources).map(({ name }) => name) };
};

export interface AptScope {
  /** Runs apt-get; its lines are shown as progress under `title`. Rejects with its last lines. */
  run(title: string, args: string[]): Promise<void>;
  dispose(): void;
}

/**
 * apt with further suites of Debian in a configuration of its own: the machine's sources, pins, package lists and cache
 * are never touched, so there is nothing to take back, even after a crash. Packages come from the further suites only
 * by name (`docker.io/sid`): their pins are low. Other vendors' sources are left out.
 */
export const aptScope = (input: {
  archive: string;
  suites: Suite[];
  /** Is emptied first, and removed by `dispose`. */
  folder: string;
}): AptScope => {
  const { archive, folder } = input;
  const at = (name: string): string => join(folder, name);
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['sources.list.d', 'preferences.d', 'lists/partial', 'cache/archives/partial'])
    mkdirSync(at(name), { recursive: true });
  for (const name of sourceFiles())
    if (archiveOf([readFileSync(join(SOURCE_PARTS, name), 'utf8')]))
      copyFileSync(join(SOURCE_PARTS, name), at(`sources.list.d/${name}`));
  // A suite that is among the sources already must not come twice: apt stops at keys that are said differently.
  const further = lacking(input.suites, readSources());
  if (further.length > 0) writeFileSync(at('sources.list.d/nemoclaw.sources'), sourceFor(archive, further));
  writeFileSync(at('preferences.d/nemoclaw'), pinsFor(further));
  const options = Object.entries({
    'Dir::Etc::sourceparts': at('sources.list.d'),
    'Dir::Etc::preferencesparts': at('preferences.d'),
    'Dir::State::lists': at('lists'),
    'Dir::Cache': at('cache'),
    // apt gives up its rights to fetch, and may not enter a checkout in somebody's home.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
    // A fresh machine may be upgrading itself.
    'DPkg::Lock::Timeout': '120',
    'Dpkg::Use-Pty': '0',
  }).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return {
    run: (title, args) => runWithProgress(title, 'apt-get', [...options, ...args], { env: APT_ENV }),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Nobody can answer a package's questions, and needrestart would restart services. */
export const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1', LC_ALL: 'C.UTF-8' };
