import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { confirm } from '../quickstart/confirm.ts';
import type { LedgerFile } from '../quickstart/ledger.ts';
import { runWithProgress, say } from '../quickstart/progress.ts';
import { SetupError } from '../quickstart/setup-error.ts';
import { APT_ENV, aptScope, readSources } from './debian.ts';
import type { Env } from './find.ts';
import { archiveOf } from './sources.ts';

export interface Wanted {
  /** What a person is told and asked. */
  what: string;
  /** As apt takes them: `docker.io/sid`. */
  packages: string[];
  suites: { name: string; priority: number }[];
  /** What to do when the answer is no. */
  otherwise: string;
}

export const hasDebianArchive = (): boolean => existsSync('/usr/bin/apt-get') && archiveOf(readSources()) !== undefined;

/** Installs Debian packages as root, after a word of warning; a person on a terminal is asked. */
export const installPackages = async (wanted: Wanted, ledger: LedgerFile, env: Env): Promise<void> => {
  const archive = archiveOf(readSources());
  if (archive === undefined) throw new SetupError(wanted.otherwise);
  say(`   ${wanted.what}, with apt from this machine's own mirror: ${wanted.packages.join(' ')}`);
  if (env.NEMOCLAW_INSTALL_ENGINE !== '1' && !(await confirm('   Go on?')))
    throw new SetupError(`Nothing was installed. ${wanted.otherwise}`);
  await settle(ledger);
  ledger.update({ aptRun: { before: await installedPackages() } });
  const apt = aptScope({ archive, suites: wanted.suites, folder: join(ledger.folder, 'apt') });
  try {
    await apt.run('reading package lists', ['update', '-q']);
    await apt.run('installing', ['install', '-y', '-q', '--no-install-recommends', ...wanted.packages]);
  } finally {
    await settle(ledger);
    apt.dispose();
  }
};

const installedPackages = async (): Promise<string[]> => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package}\n']);
  return stdout.split('\n').flatMap((line) => (/^[uihrp][^nc]/.test(line) ? [line.slice(3).trim()] : []));
};

/** Books what an apt run brought, also one that was cut off. */
const settle = async (ledger: LedgerFile): Promise<void> => {
  const { aptRun, packages = [] } = ledger.read();
  if (!aptRun) return;
  // Does nothing after a run that came to its end.
  await execa('dpkg', ['--configure', '-a'], { env: APT_ENV, reject: false, stdin: 'ignore' });
  const before = new Set(aptRun.before);
  const brought = (await installedPackages()).filter((name) => !before.has(name));
  ledger.update({ aptRun: undefined, packages: [...new Set([...packages, ...brought])] });
};

/** Purges what was installed from here, unless something that came later needs it. */
export const removePackages = async (ledger: LedgerFile): Promise<void> => {
  await settle(ledger);
  const there = new Set(await installedPackages());
  const ours = (ledger.read().packages ?? []).filter((name) => there.has(name));
  if (ours.length > 0) {
    const simulated = await execa('apt-get', ['purge', '-s', ...ours], { env: APT_ENV });
    const others = alsoRemoved(simulated.stdout, ours);
    if (others.length > 0)
      throw new SetupError(
        `Packages that were installed for the quickstart stay, since ${others.join(', ')} came later and need them. Remove those, or remove by hand what you want to go: apt-get purge ${ours.join(' ')}`,
      );
    say(`== Removing the packages that were installed: ${ours.join(' ')}`);
    await runWithProgress('purging', 'apt-get', ['purge', '-y', '-q', '-o', 'DPkg::Lock::Timeout=120', ...ours], {
      env: APT_ENV,
    });
  }
  ledger.update({ packages: undefined });
};

/** What a simulated purge would take beside what was asked for. */
export const alsoRemoved = (simulated: string, asked: string[]): string[] => [
  ...new Set(
    [...simulated.matchAll(/^(?:Remv|Purg) ([^\s:]+)/gm)].flatMap(([, name = '']) =>
      asked.includes(name) ? [] : [name],
    ),
  ),
];
