import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The archive that this machine's own sources name for Debian proper; suites beside its own come from there too. */
export const archiveOf = (sources: string[]): string | undefined => {
  for (const text of sources)
    for (const line of text.split('\n')) {
      const uri = /^\s*(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(https?:\/\/\S+)/i.exec(line)?.[1];
      if (uri && /\/debian\/?$/.test(uri)) return uri;
    }
  return undefined;
};

export const readSources = (): string[] => {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return [...files, '/etc/apt/sources.list']
    .filter((path) => /\.(sources|list)$/.test(path) && existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
};

export interface AptScope {
  run(args: string[]): Promise<void>;
  dispose(): void;
}

/**
 * apt with further suites of Debian in a configuration of its own: the machine's own sources, pins and package lists are
 * never touched, so there is nothing to take back, even after a crash. Packages come from the further suites only by
 * name (`docker.io/sid`): their pins are low.
 */
export const aptScope = (input: { archive: string; suites: { name: string; priority: number }[] }): AptScope => {
  const folder = mkdtempSync(join(tmpdir(), 'nemoclaw-apt-'));
  const parts = join(folder, 'sources.list.d');
  const preferences = join(folder, 'preferences.d');
  const lists = join(folder, 'lists');
  for (const path of [parts, preferences, join(lists, 'partial')]) mkdirSync(path, { recursive: true });
  // apt gives up its rights to fetch: it must be able to enter.
  cpSync('/etc/apt/sources.list.d', parts, {
    recursive: true,
    filter: (path) => !/\.(list|sources)$/.test(path) || debianOnly(path),
  });
  writeFileSync(
    join(parts, 'nemoclaw.sources'),
    `Types: deb\nURIs: ${input.archive}\nSuites: ${input.suites.map(({ name }) => name).join(' ')}\nComponents: main\nCheck-Valid-Until: no\nSigned-By: ${KEYRING}\n`,
  );
  writeFileSync(
    join(preferences, 'nemoclaw'),
    input.suites
      .map(({ name, priority }) => `Package: *\nPin: release n=${name}\nPin-Priority: ${priority}\n`)
      .join('\n'),
  );
  const options = [
    ['Dir::Etc::sourceparts', parts],
    ['Dir::Etc::preferencesparts', preferences],
    ['Dir::State::lists', lists],
    ['APT::Sandbox::User', 'root'],
    ['Acquire::Languages', 'none'],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  return {
    run: async (args) => {
      await execa('apt-get', [...options, ...args], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
        stdio: ['ignore', 2, 2],
        forceKillAfterDelay: 5_000,
      });
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Other vendors' sources cost time and have nothing that is wanted here. */
const debianOnly = (path: string): boolean => archiveOf([readFileSync(path, 'utf8')]) !== undefined;

export const installedPackages = async (): Promise<string[]> => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package}\n']);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('ii'))
    .map((line) => line.slice(2).trim());
};
