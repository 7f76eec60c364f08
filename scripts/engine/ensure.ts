import { existsSync } from 'node:fs';
import { execa } from 'execa';
import type { LedgerFile } from '../quickstart/ledger.ts';
import { say } from '../quickstart/progress.ts';
import { SetupError } from '../quickstart/setup-error.ts';
import { debianArchive } from './debian.ts';
import { decideEngine } from './decide.ts';
import { DOCKERD_LOG, installedVersion, startEngine, stopDockerd } from './dockerd.ts';
import { DEFAULT_SOCKET, ENGINE_FLOOR, type Env, findEngine } from './find.ts';
import { ENGINE_FOLDERS, removeEngineFolders } from './folders.ts';
import { installPackages, removePackages } from './packages.ts';
import { ENGINE } from './recipe.ts';

/** Finds a usable engine, or starts the one that is installed, or installs one. Returns its version. */
export const ensureEngine = async (env: Env, ledger: LedgerFile, signal: AbortSignal): Promise<string> => {
  const engine = await findEngine(env);
  const decision = decideEngine({
    engine,
    root: process.getuid?.() === 0,
    installed: engine.state === 'not_running' ? await installedVersion(env) : undefined,
    archive: debianArchive(),
    systemd: existsSync('/run/systemd/system'),
    mayInstall: env.NEMOCLAW_INSTALL_ENGINE !== '0',
    user: env.USER || env.LOGNAME || '<user>',
  });
  switch (decision.do) {
    case 'use':
      return decision.version;
    case 'refuse':
      throw new SetupError(decision.why);
    case 'install':
      await installPackages(WANTED, ledger, env, { engineFolders: ENGINE_FOLDERS.filter((path) => !existsSync(path)) });
      signal.throwIfAborted();
      break;
    case 'start':
      break;
  }
  // Debian's package may have started the service.
  const after = await findEngine(env);
  return after.state === 'usable' ? after.version : startEngine(decision.with, env, ledger, signal);
};

const WANTED = {
  ...ENGINE,
  what: `No Docker engine here; installing Docker Engine (${ENGINE_FLOOR} or newer)`,
  otherwise: `Install Docker Engine ${ENGINE_FLOOR} or newer yourself and run this again; with NEMOCLAW_INSTALL_ENGINE=0 this prints how.`,
};

/** Stops and removes exactly what `ensureEngine` started and installed. */
export const removeEngine = async (ledger: LedgerFile): Promise<void> => {
  const { dockerd, startedService, engineFolders } = ledger.read();
  if (dockerd) {
    await stopDockerd(dockerd);
    await execa('rm', ['-f', DOCKERD_LOG, DEFAULT_SOCKET, '/var/run/docker.pid']);
    ledger.update({ dockerd: undefined });
  }
  if (startedService) {
    say('== Stopping the engine: systemctl stop docker');
    await execa('systemctl', ['stop', 'docker.socket', 'docker'], { reject: false });
    ledger.update({ startedService: undefined });
  }
  await removePackages(ledger);
  if (engineFolders) {
    await removeEngineFolders(engineFolders);
    ledger.update({ engineFolders: undefined });
    if (existsSync('/sys/class/net/docker0'))
      say('   The bridge docker0 and the firewall chains of the engine stay until the next start of this machine.');
  }
};
