import { PATHS, type ToolsHost } from '@nemoclaw/plugin-api';
import { ENTRY_SCRIPT, LIAISON_SCRIPT } from '../install.ts';
import { NODE_NAME } from './tool-settings.ts';

/**
 * OpenClaw's node host: it connects to the gateway and runs commands for it, as the uid that it has itself. Its
 * credential is a device's of role node, which may do nothing else; the first one comes with a code that works once.
 */
export const toolsHost = (): ToolsHost => ({
  command: [
    PATHS.node,
    ENTRY_SCRIPT,
    'node',
    'run',
    '--display-name',
    NODE_NAME,
    '--commands',
    'system.run,system.run.prepare,system.which',
  ],
  env: {
    TMPDIR: '/tmp',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    DO_NOT_TRACK: '1',
  },
  cwd: PATHS.workspace,
  // With a credential that is refused it stays and waits for a person.
  givesUp: ['gateway reconnect paused'],
  liaison: { command: [PATHS.node, LIAISON_SCRIPT], timeoutMs: 30_000 },
  // 4 to 10 s alone, half a minute on a machine that does ten things at once; what is hopeless says so before.
  startTimeoutMs: 120_000,
});
