import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { LedgerFile } from '../quickstart/ledger.ts';
import { aptScope, archiveOf, installedPackages, readSources } from './debian.ts';
import { atLeast, DEFAULT_SOCKET, ENGINE_FLOOR, findEngine } from './find.ts';

/** A reason that a person can act on; printed without a stack. */
export class SetupError extends Error {}

const MANUAL = `Install Docker Engine ${ENGINE_FLOOR} or newer, start it, and run this again.
On Debian, as root, with the suites sid and trixie among the sources (pinned low, so that nothing else comes from there):
  apt-get update
  apt-get install --no-install-recommends docker.io/sid containerd/trixie iptables
  systemctl start docker    # or, where no systemd runs: dockerd &
To use it as another user:
  usermod -aG docker <user>    # then log in again`;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const isRoot = (): boolean => process.getuid?.() === 0;

const confirm = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = (await lines.question(`${question} [Y/n] `)).trim().toLowerCase();
  lines.close();
  return answer === '' || answer === 'y' || answer === 'yes';
};

const dockerdVersion = async (): Promise<string | undefined> => {
  const result = await execa('dockerd', ['--version'], { reject: false });
  return result.exitCode === 0 ? /version ([^,\s]+)/.exec(result.stdout)?.[1] : undefined;
};

const waitForEngine = async (): Promise<string> => {
  for (let tries = 0; tries < 120; tries++) {
    const engine = await findEngine({ DOCKER_HOST: `unix://${DEFAULT_SOCKET}` });
    if (engine.state === 'usable') return engine.version;
    await delay(250);
  }
  throw new SetupError(
    `The engine was started and did not answer on ${DEFAULT_SOCKET} within 30 s. Its log: /var/log/nemoclaw-dockerd.log, or \`journalctl -u docker\`.`,
  );
};

const startEngine = async (ledger: LedgerFile): Promise<string> => {
  if (existsSync('/run/systemd/system')) {
    say('== Starting the engine (systemctl start docker)');
    await execa('systemctl', ['start', 'docker'], { stdio: ['ignore', 2, 2] });
    return waitForEngine();
  }
  say('== Starting the engine (dockerd; log in /var/log/nemoclaw-dockerd.log)');
  const log = openSync('/var/log/nemoclaw-dockerd.log', 'a');
  const child = spawn('dockerd', ['--host', `unix://${DEFAULT_SOCKET}`], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  if (child.pid !== undefined) ledger.update({ dockerdPid: child.pid });
  const version = await Promise.race([waitForEngine(), failed]);
  child.unref();
  return version;
};

const installEngine = async (ledger: LedgerFile): Promise<void> => {
  const archive = archiveOf(readSources());
  if (!existsSync('/usr/bin/apt-get') || !archive)
    throw new SetupError(`There is no Docker engine, and this machine's packages do not come from Debian.\n${MANUAL}`);
  say(
    `== Installing Docker Engine ${ENGINE_FLOOR}+ with apt (docker.io/sid, containerd/trixie, iptables), from the machine's own mirror`,
  );
  if (!(await confirm('Go on?'))) throw new SetupError(`Nothing was installed.\n${MANUAL}`);
  ledger.update({ packagesBefore: await installedPackages(), madeEngineData: !existsSync('/var/lib/docker') });
  const apt = aptScope({
    archive,
    suites: [
      { name: 'sid', priority: 50 },
      { name: 'trixie', priority: 100 },
    ],
  });
  try {
    await apt.run(['update', '-qq']);
    await apt.run([
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      'docker.io/sid',
      'containerd/trixie',
      'iptables',
    ]);
  } finally {
    apt.dispose();
    await recordNewPackages(ledger);
  }
};

const recordNewPackages = async (ledger: LedgerFile): Promise<void> => {
  const before = new Set(ledger.read().packagesBefore ?? []);
  ledger.update({ enginePackages: (await installedPackages()).filter((name) => !before.has(name)) });
};

/** Finds a usable engine, or starts the one that is installed, or (root, apt, not forbidden) installs one. Returns its version. */
export const ensureEngine = async (env: NodeJS.ProcessEnv, ledger: LedgerFile): Promise<string> => {
  const engine = await findEngine(env);
  switch (engine.state) {
    case 'usable':
      return engine.version;
    case 'remote':
      throw new SetupError(
        `DOCKER_HOST is ${engine.host}; the quickstart works with an engine on this machine. Unset it and run this again.`,
      );
    case 'too_old':
      throw new SetupError(
        `The running engine is ${engine.version}; ${ENGINE_FLOOR} is the oldest that has what a sandbox needs.\n${MANUAL}`,
      );
    case 'no_permission':
      throw new SetupError(
        `No permission on ${engine.socket}. As root: usermod -aG docker ${env.USER ?? '<user>'}; then log in again and run this again.`,
      );
    case 'not_running': {
      const installed = await dockerdVersion();
      if (!isRoot())
        throw new SetupError(
          installed === undefined
            ? `There is no Docker engine here, and only root can install one.\n${MANUAL}`
            : `The engine (${installed}) is installed and not running, and only root can start it: sudo systemctl start docker`,
        );
      if (installed === undefined || !atLeast(installed, ENGINE_FLOOR)) {
        if (env.NEMOCLAW_INSTALL_ENGINE === '0')
          throw new SetupError(
            `There is no Docker engine ${ENGINE_FLOOR}+ here, and NEMOCLAW_INSTALL_ENGINE=0 forbids installing one.\n${MANUAL}`,
          );
        await installEngine(ledger);
        const after = await findEngine(env);
        if (after.state === 'usable') return after.version;
      }
      return startEngine(ledger);
    }
  }
};

/** Stops and removes exactly what `ensureEngine` started and installed. */
export const removeEngine = async (ledger: LedgerFile): Promise<void> => {
  const { dockerdPid, enginePackages, packagesBefore, madeEngineData } = ledger.read();
  if (dockerdPid !== undefined && isDockerd(dockerdPid)) {
    say('== Stopping the engine that the quickstart started');
    process.kill(dockerdPid, 'SIGTERM');
    for (let tries = 0; tries < 120 && isDockerd(dockerdPid); tries++) await delay(250);
  }
  if (packagesBefore && enginePackages && enginePackages.length > 0) {
    say(`== Removing the packages that were installed for the engine: ${enginePackages.join(' ')}`);
    await execa('apt-get', ['purge', '-y', '-qq', ...enginePackages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 2, 2],
    });
    if (madeEngineData)
      await execa('rm', [
        '-rf',
        '/var/lib/docker',
        '/var/lib/containerd',
        '/etc/docker',
        '/run/docker',
        DEFAULT_SOCKET,
      ]);
  }
};

/** The pid may have been given to somebody else since. */
const isDockerd = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd';
  } catch {
    return false;
  }
};
