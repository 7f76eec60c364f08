import type { AgentConfigInput, AgentConfigOutput, FileEntry } from '@nemoclaw/plugin-api';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { toolsFiles, toolsHost } from '../tools/tools-host.ts';
import { configYaml } from './config-yaml.ts';
import { dotenv } from './dotenv.ts';
import { CONFIG_FILE, ENV_FILE, HERMES_FOLDER } from './environment.ts';
import { gatewayRuntime } from './runtime.ts';

/** Folders that Hermes wants to find when somebody else manages it. */
const OWN_FOLDERS = ['cron', 'sessions', 'logs', 'memories'];

/** @throws RangeError when `input.profile` is none of this agent's, or the token is none that Hermes takes. */
export function configure(input: AgentConfigInput): AgentConfigOutput {
  const separate = input.isolation === 'separate';
  const tools = separate ? toolsFiles(input.token) : undefined;
  return {
    // It reads a `.env` and instructions where it starts: not where commands can write.
    runtime: { ...gatewayRuntime(), ...(separate ? { cwd: PATHS.gatewayHome, tools: toolsHost() } : {}) },
    sealed: [
      { path: CONFIG_FILE, content: `${JSON.stringify(configYaml(input), null, 2)}\n` },
      { path: ENV_FILE, content: dotenv(input.token) },
      ...(tools?.sealed ?? []),
    ],
    ...(tools ? { sealedTools: tools.sealedTools, initialTools: tools.initialTools } : {}),
    initialState: [
      // Root's and sticky: the gateway makes its own files in it, and can neither remove nor rename root's.
      { path: HERMES_FOLDER, type: 'directory', mode: 0o1770, uid: 0, gid: IDS.gateway },
      ...OWN_FOLDERS.map((name) => privateFolder(`${HERMES_FOLDER}/${name}`)),
      ...[CONFIG_FILE, ENV_FILE].map(sealedLink),
      privateFolder('tmp'),
    ],
  };
}

const privateFolder = (path: string): FileEntry => ({
  path,
  type: 'directory',
  mode: 0o700,
  uid: IDS.gateway,
  gid: IDS.gateway,
});

const sealedLink = (name: string): FileEntry => ({
  path: `${HERMES_FOLDER}/${name}`,
  type: 'link',
  content: `${PATHS.sealedAgent}/${name}`,
  mode: 0o777,
  uid: 0,
  gid: IDS.gateway,
});
