import { atLeast, DEFAULT_SOCKET, ENGINE_FLOOR, type EngineState } from './find.ts';
import { type Archive, byHand } from './recipe.ts';

/** What the decision is taken on; gathered by `ensureEngine`. */
export interface EngineFacts {
  engine: EngineState;
  root: boolean;
  /** Version of the `dockerd` that is installed here. */
  installed: string | undefined;
  /** Where this machine's apt gets its packages, when that is Debian's archive. */
  archive: Archive | undefined;
  systemd: boolean;
  /** `NEMOCLAW_INSTALL_ENGINE` is not 0. */
  mayInstall: boolean;
  user: string;
}

type Starter = 'systemd' | 'dockerd';

export type EngineDecision =
  | { do: 'use'; version: string }
  | { do: 'start'; with: Starter }
  | { do: 'install'; with: Starter }
  | { do: 'refuse'; why: string };

/** Pure: use the engine that is there, start or install one, or say what a person has to do. */
export const decideEngine = (facts: EngineFacts): EngineDecision => {
  const { engine, root, installed, archive } = facts;
  const starter: Starter = facts.systemd ? 'systemd' : 'dockerd';
  const refuse = (why: string, commands = true): EngineDecision => ({
    do: 'refuse',
    why: commands ? `${why}\n${byHand(archive)}` : why,
  });
  switch (engine.state) {
    case 'usable':
      return { do: 'use', version: engine.version };
    case 'remote':
      return refuse(
        `DOCKER_HOST is ${engine.host}, and the quickstart needs an engine on this machine. Unset it and run this again.`,
        false,
      );
    case 'too_old':
      return refuse(`The running engine is ${engine.version}; sandboxes need ${ENGINE_FLOOR} or newer.`);
    case 'no_permission':
      return refuse(
        `${facts.user} may not use the engine on ${engine.socket}. As root: usermod -aG docker ${facts.user}. Then log in again and run this again.`,
        false,
      );
    case 'no_answer':
      return refuse(
        `Something listens on ${engine.socket} and does not answer as an engine: ${engine.reason}. Look at its log (journalctl -u docker), restart it, and run this again.`,
        false,
      );
    case 'not_running': {
      if (engine.socket !== DEFAULT_SOCKET)
        return refuse(
          `No engine answers on ${engine.socket}. Start it, or unset DOCKER_HOST, and run this again.`,
          false,
        );
      if (installed === undefined) {
        if (!facts.mayInstall)
          return refuse('There is no Docker engine, and NEMOCLAW_INSTALL_ENGINE=0 forbids installing one.');
        if (!archive) return refuse('There is no Docker engine, and only on Debian can one be installed from here.');
        if (!root) return refuse('There is no Docker engine, and only root can install one.');
        return { do: 'install', with: starter };
      }
      // Not upgraded from here: what somebody else installed could not be put back by --clean.
      if (!atLeast(installed, ENGINE_FLOOR))
        return refuse(`The engine installed here is ${installed}; sandboxes need ${ENGINE_FLOOR} or newer.`);
      if (!root)
        return refuse(
          `Docker Engine ${installed} is installed and not running, and only root can start it: ${facts.systemd ? 'sudo systemctl start docker' : 'sudo dockerd &'}`,
          false,
        );
      return { do: 'start', with: starter };
    }
  }
};
