import { type AgentConfigInput, type AgentConfigOutput, PATHS, type ToolsHost } from '@nemoclaw/plugin-api';
import { orderedBy } from './misbehaviour.ts';

/** Also in the gateway's own program, which says it to whoever asks. */
export const TINY_VERSION = '1.0.0';
export const PROFILES = [
  { id: 'full', promptTokens: 64, answerTokens: 448 },
  { id: 'compact', promptTokens: 64, answerTokens: 64 },
];

const GATEWAY_PORT = 18_700;
const TOOLS_PORT = 18_701;
const PROGRAM = (file: string): string[] => [PATHS.node, `/opt/tiny/${file}`];

const toolsHost = (): ToolsHost => ({
  command: [...PROGRAM('tools-host.mjs'), `${TOOLS_PORT}`, `${GATEWAY_PORT}`],
  env: {},
  cwd: PATHS.workspace,
  port: TOOLS_PORT,
  liaison: { command: PROGRAM('liaison.mjs'), timeoutMs: 5_000 },
  startTimeoutMs: 10_000,
});

/** @throws RangeError when `input.profile` is none of this agent's. */
export function configure(input: AgentConfigInput): AgentConfigOutput {
  const profile = PROFILES.find(({ id }) => id === input.profile.id);
  if (!profile) throw new RangeError(`The tiny agent has no profile "${input.profile.id}"; it has full, compact.`);
  const config = {
    port: GATEWAY_PORT,
    token: input.token,
    model: input.model.id,
    baseUrl: input.model.baseUrl,
    answerTokens: profile.answerTokens,
    toolsPort: input.isolation === 'separate' ? TOOLS_PORT : null,
    misbehave: orderedBy(input.model.id),
  };
  return {
    runtime: {
      agent: 'tiny',
      version: TINY_VERSION,
      command: PROGRAM('gateway.mjs'),
      env: { HOME: PATHS.gatewayHome, PATH: '/usr/bin:/bin', NODE_EXTRA_CA_CERTS: PATHS.sandboxCa },
      cwd: PATHS.workspace,
      gatewayPort: GATEWAY_PORT,
      health: {
        live: { path: '/healthz', status: 200 },
        started: { path: '/startupz', status: 200, field: { name: 'status', equals: 'started' } },
        ready: { path: '/readyz', status: 200 },
      },
      stop: { signal: 'SIGTERM', drainMs: 3_000, expectedExitCodes: [0] },
      softRestart: { signal: 'SIGUSR2', uptimeField: 'uptimeMs' },
      configRefusedExitCodes: [78],
      startTimeoutMs: 3_000,
      ...(input.isolation === 'separate' ? { tools: toolsHost() } : {}),
    },
    sealed: [{ path: 'tiny.json', content: `${JSON.stringify(config, null, 2)}\n` }],
    initialState: [],
  };
}
