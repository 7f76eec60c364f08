import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { execa } from 'execa';
import type { LedgerFile } from '../quickstart/ledger.ts';
import { say } from '../quickstart/progress.ts';
import { SetupError } from '../quickstart/setup-error.ts';
import { decideEngine } from './decide.ts';
import { DOCKERD_LOG, installedVersion, startEngine, stopDockerd } from './dockerd.ts';
import { ENGINE_FLOOR, type Env, findEngine } from './find.ts';
import { hasDebianArchive, installPackages, removePackages } from './packages.ts';

/** What an engine makes for itself. */
const ENGINE_FOLDERS = ['/var/lib/docker', '/var/lib/containerd', '/etc/docker', '/run/docker', '/run/containerd'];

/** Finds a usable engine, or starts the one that is installed, or installs one. Returns its version. */
export const ensureEngine = async (env: Env, ledger: LedgerFile, signal: AbortSignal): Promise<string> => {
  const engine = await findEngine(env);
  const decision = decideEngine({
    engine,
    root: process.getuid?.() === 0,
    installed: engine.state === 'not_running' ? await installedVersion(env) : undefined,
    debian: hasDebianArchive(),
    systemd: existsSync('/run/systemd/system'),
    mayInstall: env.NEMOCLAW_INSTALL_ENGINE !== '0',
    user: userInfo().username,
  });
  switch (decision.do) {
    case 'use':
      return decision.version;
    case 'refuse':
      throw new SetupError(decision.why);
    case 'install':
      if (!ledger.read().engineFolders)
        ledger.update({ engineFolders: ENGINE_FOLDERS.filter((folder) => !existsSync(folder)) });
      await installPackages(ENGINE, ledger, env);
      signal.throwIfAborted();
      break;
    case 'start':
      break;
  }
  // Debian's package may have started the service.
  const after = await findEngine(env);
  return after.state === 'usable' ? after.version : startEngine(decision.with, env, ledger, signal);
};

const ENGINE = {
  what: `No Docker engine here; installing Docker Engine (${ENGINE_FLOOR} or newer)`,
  packages: ['docker.io/sid', 'containerd/trixie', 'iptables'],
  suites: [
    { name: 'sid', priority: 50 },
    { name: 'trixie', priority: 100 },
  ],
  otherwise: `Install Docker Engine ${ENGINE_FLOOR} or newer yourself and run this again; NEMOCLAW_INSTALL_ENGINE=0 prints how.`,
};

/** Stops and removes exactly what `ensureEngine` started and installed. */
export const removeEngine = async (ledger: LedgerFile): Promise<void> => {
  const { dockerd, startedService, engineFolders } = ledger.read();
  if (dockerd) {
    await stopDockerd(dockerd);
    ledger.update({ dockerd: undefined });
  }
  if (startedService) {
    say('== Stopping the engine: systemctl stop docker');
    await execa('systemctl', ['stop', 'docker.socket', 'docker'], { reject: false });
    ledger.update({ startedService: undefined });
  }
  await removePackages(ledger);
  if (engineFolders) {
    await execa('rm', ['-rf', '--one-file-system', ...engineFolders]);
    ledger.update({ engineFolders: undefined });
    say('   The bridge docker0 and the firewall chains of the engine stay until the next start of this machine.');
  }
  if (dockerd) await execa('rm', ['-f', DOCKERD_LOG, '/var/run/docker.sock', '/var/run/docker.pid']);
};
