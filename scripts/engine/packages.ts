import { join } from 'node:path';
import { execa } from 'execa';
import { confirm } from '../quickstart/confirm.ts';
import type { LedgerChange, LedgerFile } from '../quickstart/ledger.ts';
import { runWithProgress, say } from '../quickstart/progress.ts';
import { SetupError } from '../quickstart/setup-error.ts';
import { APT_ENV, aptScope, debianArchive } from './debian.ts';
import type { Env } from './find.ts';
import type { Suite } from './recipe.ts';

export interface Wanted {
  /** What a person is told and asked. */
  what: string;
  /** As apt takes them: `docker.io/sid`. */
  packages: string[];
  suites: Suite[];
  /** What to do when the answer is no. */
  otherwise: string;
}

/** Installs Debian packages as root, after a word of warning; a person on a terminal is asked. */
export const installPackages = async (
  wanted: Wanted,
  ledger: LedgerFile,
  env: Env,
  /** Booked once it is sure that there will be an installation. */
  entries: LedgerChange = {},
): Promise<void> => {
  const archive = debianArchive()?.uri;
  if (archive === undefined) throw new SetupError(wanted.otherwise);
  say(`   ${wanted.what}, with apt from this machine's own mirror: ${wanted.packages.join(' ')}`);
  if (env.NEMOCLAW_INSTALL_ENGINE !== '1' && !(await confirm('   Go on?')))
    throw new SetupError(`Nothing was installed. ${wanted.otherwise}`);
  await settle(ledger);
  ledger.update({ ...entries, aptRun: { before: namesOf(await installedPackages()) } });
  const apt = aptScope({ archive, suites: wanted.suites, folder: join(ledger.folder, 'apt') });
  try {
    await apt.run('reading package lists', ['update', '-q']);
    await apt.run('installing', ['install', '-y', '-q', '--no-install-recommends', ...wanted.packages]);
  } finally {
    await settle(ledger);
    apt.dispose();
  }
};

interface Installed {
  name: string;
  /** Its unpacking was cut off: apt touches nothing until it is gone or there whole. */
  broken: boolean;
}

const installedPackages = async (): Promise<Installed[]> => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const { stdout } = await execa('dpkg-query', ['-W', '-f', '${db:Status-Abbrev} ${Package}\n']);
  return stdout
    .split('\n')
    .filter((line) => /^[uihrp][^nc]/.test(line))
    .map((line) => ({ name: line.slice(3).trim(), broken: line[2] === 'R' }));
};

const namesOf = (packages: Installed[]): string[] => packages.map(({ name }) => name);

/** Books what an apt run brought, also one that was cut off. */
const settle = async (ledger: LedgerFile): Promise<void> => {
  const { aptRun, packages = [] } = ledger.read();
  if (!aptRun) return;
  // Does nothing after a run that came to its end.
  await execa('dpkg', ['--configure', '-a'], { env: APT_ENV, reject: false, stdin: 'ignore' });
  const before = new Set(aptRun.before);
  const brought = namesOf(await installedPackages()).filter((name) => !before.has(name));
  ledger.update({ aptRun: undefined, packages: [...new Set([...packages, ...brought])] });
};

/** Purges what was installed from here, unless something that came later needs it. */
export const removePackages = async (ledger: LedgerFile): Promise<void> => {
  await settle(ledger);
  const booked = new Set(ledger.read().packages);
  const there = (await installedPackages()).filter(({ name }) => booked.has(name));
  const broken = namesOf(there.filter((one) => one.broken));
  if (broken.length > 0)
    await execa('dpkg', ['--purge', '--force-remove-reinstreq', '--force-depends', ...broken], { env: APT_ENV });
  const ours = namesOf(there.filter((one) => !one.broken));
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
