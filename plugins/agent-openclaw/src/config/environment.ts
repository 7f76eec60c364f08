import { ALIASES, PATHS, PORTS } from '@nemoclaw/plugin-api';

/** Sealed configuration, by absolute path. */
export const CONFIG_FILE = 'openclaw.json';
export const CONFIG_PATH = `${PATHS.sealedAgent}/${CONFIG_FILE}`;

export const STATE_DIR = `${PATHS.gatewayHome}/.openclaw`;
export const GATEWAY_WORKSPACE = `${STATE_DIR}/workspace`;

const EGRESS = `http://${ALIASES.egress}:${PORTS.egressProxy}`;
const DIRECT = `${ALIASES.inference},localhost,127.0.0.1,::1`;

/** Environment of the gateway process. Everybody in the sandbox can learn it, so it holds no secret. */
export function gatewayEnvironment(): Record<string, string> {
  return {
    HOME: PATHS.gatewayHome,
    PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    // Also where OpenClaw keeps V8's compile cache. Never say NODE_COMPILE_CACHE itself: its launcher would then start
    // the gateway as a child, and end that child with KILL two seconds after our SIGTERM, whatever still runs.
    TMPDIR: `${PATHS.gatewayHome}/tmp`,
    OPENCLAW_CONFIG_PATH: CONFIG_PATH,
    OPENCLAW_STATE_DIR: STATE_DIR,

    // Node adds this to its own roots; what speaks TLS without Node needs the whole bundle.
    NODE_EXTRA_CA_CERTS: PATHS.sandboxCa,
    SSL_CERT_FILE: PATHS.caBundle,
    HTTP_PROXY: EGRESS,
    HTTPS_PROXY: EGRESS,
    NO_PROXY: DIRECT,
    http_proxy: EGRESS,
    https_proxy: EGRESS,
    no_proxy: DIRECT,

    OPENCLAW_NO_AUTO_UPDATE: '1',
    // Restarts stay in the process that the supervisor holds.
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_SKIP_CHANNELS: '1',
    OPENCLAW_EXEC_SHELL_SNAPSHOT: '0',
    DO_NOT_TRACK: '1',
  };
}
