import { readFileSync, writeSync } from 'node:fs';
import { PATHS } from '@nemoclaw/plugin-api';
import { parseSupervisorConfig } from '../sealed/config.ts';
import { idOf, launchArgv } from './argv.ts';
import { environmentFor } from './environment.ts';
import { parseLaunch } from './parse-launch.ts';
import { handOverTerminal } from './terminal.ts';

const REFUSED = 126;

/** Groups and the agent's environment; without a readable configuration only the fixed part is known. */
const settings = (): { groups: number[]; env: Record<string, string> } => {
  try {
    const config = parseSupervisorConfig(readFileSync(PATHS.supervisorConfig, 'utf8'));
    return { groups: config.groups, env: config.runtime.env };
  } catch {
    return { groups: [], env: {} };
  }
};

/** Becomes the program in this very process, so that terminal, signals and exit code are its own. Returns only when refused. */
export const launch = (args: readonly string[], env: NodeJS.ProcessEnv): number => {
  const request = parseLaunch(args);
  if (typeof request === 'string') {
    writeSync(2, `supervisor: ${request}\n`);
    return REFUSED;
  }
  const { groups, env: agentEnv } = settings();
  const environment = environmentFor(request.as, env, agentEnv);
  const argv = launchArgv(
    { as: request.as, groups, ...(request.cwd === undefined ? {} : { cwd: request.cwd }) },
    request.argv,
  );
  handOverTerminal(idOf(request.as));
  process.umask(0o002);
  process.chdir('/');
  if (!process.execve) {
    writeSync(2, 'supervisor: this Node cannot replace its own process\n');
    return REFUSED;
  }
  return process.execve(PATHS.setpriv, argv, environment);
};
