import type { AgentConfigInput, AgentConfigOutput, FileEntry } from '@nemoclaw/plugin-api';
import { IDS, PATHS } from '@nemoclaw/plugin-api';
import { CONFIG_FILE, GATEWAY_WORKSPACE } from './environment.ts';
import { openclawJson } from './openclaw-json.ts';
import { gatewayRuntime } from './runtime.ts';
import { toolsHost } from './tools-host.ts';

/** @throws RangeError when `input.profile` is none of this agent's. */
export function configure(input: AgentConfigInput): AgentConfigOutput {
  return {
    runtime: {
      ...gatewayRuntime(),
      // Not the workspace either: it reads a `.env` where it starts.
      ...(input.isolation === 'separate' ? { cwd: PATHS.gatewayHome, tools: toolsHost() } : {}),
    },
    sealed: [{ path: CONFIG_FILE, content: `${JSON.stringify(openclawJson(input), null, 2)}\n` }],
    initialState: [
      ...['.openclaw', '.openclaw/logs', 'tmp'].map(privateFolder),
      ...(input.isolation === 'separate' ? [privateFolder(inHome(GATEWAY_WORKSPACE)), agentsNote()] : []),
    ],
  };
}

const inHome = (path: string): string => path.slice(PATHS.gatewayHome.length + 1);

/** The file of instructions that OpenClaw puts into its prompt; the model would otherwise look for its files in the gateway's home. */
const agentsNote = (): FileEntry => ({
  path: inHome(`${GATEWAY_WORKSPACE}/AGENTS.md`),
  type: 'file',
  content: `## Tools

Commands run in ${PATHS.workspace}, as a user of their own. That is the folder for all files; leave \`workdir\` away.
Folders below ${PATHS.gatewayHome} are the gateway's own and can't be opened by commands.
`,
  mode: 0o600,
  uid: IDS.gateway,
  gid: IDS.gateway,
});

const privateFolder = (path: string): FileEntry => ({
  path,
  type: 'directory',
  mode: 0o700,
  uid: IDS.gateway,
  gid: IDS.gateway,
});
