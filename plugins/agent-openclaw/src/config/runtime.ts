import type { AgentRuntime } from '@nemoclaw/plugin-api';
import { PATHS } from '@nemoclaw/plugin-api';
import { GATEWAY_PORT } from '../gateway.ts';
import { ENTRY_SCRIPT } from '../install.ts';
import { OPENCLAW_VERSION } from '../version.ts';
import { gatewayEnvironment } from './environment.ts';
import { softRestartOf } from './restart-signal.ts';

const softRestart = softRestartOf(OPENCLAW_VERSION);

/** How the supervisor runs OpenClaw's gateway; the numbers are measured (README). */
export const gatewayRuntime = (): AgentRuntime => ({
  agent: 'openclaw',
  version: OPENCLAW_VERSION,
  command: [PATHS.node, ENTRY_SCRIPT, 'gateway', 'run', '--port', `${GATEWAY_PORT}`, '--bind', 'loopback'],
  env: gatewayEnvironment(),
  // Not the home: Node changes directory before the uid, and the home is 0700.
  cwd: PATHS.workspace,
  gatewayPort: GATEWAY_PORT,
  health: {
    live: { path: '/healthz', status: 200 },
    started: { path: '/startupz', status: 200, field: { name: 'status', equals: 'started' } },
    ready: { path: '/readyz', status: 200 },
  },
  // Its own drain budget is 315 s and a second SIGTERM is ignored: KILL comes after ours. 143 is a SIGTERM that comes
  // before it has a handler for it.
  stop: { signal: 'SIGTERM', drainMs: 20_000, expectedExitCodes: [0, 143] },
  ...(softRestart ? { softRestart } : {}),
  configRefusedExitCodes: [78],
  startTimeoutMs: 120_000,
});
