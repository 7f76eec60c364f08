import type { AgentRuntime } from '@nemoclaw/plugin-api';
import { PATHS } from '@nemoclaw/plugin-api';
import { GATEWAY_PORT } from '../gateway.ts';
import { ENTRY_SCRIPT, PYTHON } from '../install.ts';
import { HERMES_VERSION } from '../version.ts';
import { DRAIN_SECONDS } from './config-yaml.ts';
import { gatewayEnvironment } from './environment.ts';

const HEALTHY = { path: '/health', status: 200, field: { name: 'status', equals: 'ok' } };

/** How the supervisor runs Hermes' gateway; the numbers are measured (README). */
export const gatewayRuntime = (): AgentRuntime => ({
  agent: 'hermes',
  version: HERMES_VERSION,
  command: [PYTHON, ENTRY_SCRIPT, 'gateway', 'run', '--external-supervisor'],
  env: gatewayEnvironment(),
  cwd: PATHS.workspace,
  gatewayPort: GATEWAY_PORT,
  // One page for all: the port opens when it has started. Readiness is behind the token, which the supervisor has not.
  // Without its HTTP library, its configuration or its token the process lives on and the port never opens.
  health: { live: HEALTHY, started: HEALTHY },
  // All its stop signals let a running answer end. This one says so in its exit code, always: 75 is "start me again",
  // while SIGTERM ends with 1, like a crash. 0 is a start that it cut short.
  stop: { signal: 'SIGUSR1', drainMs: (DRAIN_SECONDS + 5) * 1000, expectedExitCodes: [75, 0] },
  configRefusedExitCodes: [78],
  startTimeoutMs: 60_000,
});
