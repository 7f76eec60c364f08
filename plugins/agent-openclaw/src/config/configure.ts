import type { AgentConfigInput, AgentConfigOutput, FileEntry } from '@nemoclaw/plugin-api';
import { IDS } from '@nemoclaw/plugin-api';
import { CONFIG_FILE } from './environment.ts';
import { openclawJson } from './openclaw-json.ts';
import { gatewayRuntime } from './runtime.ts';
import { toolsHost } from './tools-host.ts';

/** @throws RangeError when `input.profile` is none of this agent's. */
export function configure(input: AgentConfigInput): AgentConfigOutput {
  return {
    runtime: {
      ...gatewayRuntime(),
      ...(input.isolation === 'separate' ? { tools: toolsHost() } : {}),
    },
    sealed: [{ path: CONFIG_FILE, content: `${JSON.stringify(openclawJson(input), null, 2)}\n` }],
    initialState: ['.openclaw', '.openclaw/logs', 'tmp'].map(privateFolder),
  };
}

const privateFolder = (path: string): FileEntry => ({
  path,
  type: 'directory',
  mode: 0o700,
  uid: IDS.gateway,
  gid: IDS.gateway,
});
