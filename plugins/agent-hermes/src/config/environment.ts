import { ALIASES, PATHS, PORTS } from '@nemoclaw/plugin-api';

/** Sealed files; Hermes looks for both in its home, where links lead to them. */
export const CONFIG_FILE = 'config.yaml';
export const ENV_FILE = '.env';

/** Hermes' home, relative to the gateway's. */
export const HERMES_FOLDER = '.hermes';

const EGRESS = `http://${ALIASES.egress}:${PORTS.egressProxy}`;
const DIRECT = `${ALIASES.inference},localhost,127.0.0.1`;

/** Environment of the gateway process. Everybody in the sandbox can learn it, so it holds no secret. */
export function gatewayEnvironment(): Record<string, string> {
  return {
    HOME: PATHS.gatewayHome,
    // What its terminal tool hands on too.
    PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    // The default is a folder of /tmp, which other uids share.
    TMPDIR: `${PATHS.gatewayHome}/tmp`,
    HERMES_HOME: `${PATHS.gatewayHome}/${HERMES_FOLDER}`,
    // Whoever asks it to change its configuration is told who does: it could not, the files are sealed.
    HERMES_MANAGED: 'NemoClaw',
    // There is no messaging platform here, so nobody writes through one; said, or a warning about it is the last line
    // that a failed start leaves.
    GATEWAY_ALLOWED_USERS: 'nobody',
    PYTHONUNBUFFERED: '1',

    SSL_CERT_FILE: PATHS.caBundle,
    REQUESTS_CA_BUNDLE: PATHS.caBundle,
    HTTP_PROXY: EGRESS,
    HTTPS_PROXY: EGRESS,
    NO_PROXY: DIRECT,
    http_proxy: EGRESS,
    https_proxy: EGRESS,
    no_proxy: DIRECT,
  };
}
