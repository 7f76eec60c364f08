import { ALIASES, PATHS, PORTS, type RunAs } from '@nemoclaw/plugin-api';

export type Environment = Record<string, string>;

/** root's own, which would lead a program of another uid astray. */
const NOT_INHERITED = new Set([
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'PWD',
  'OLDPWD',
  'SHLVL',
  'MAIL',
  'NODE_OPTIONS',
  '_',
]);

const PROXY = `http://${ALIASES.egress}:${PORTS.egressProxy}`;
const DIRECT = `${ALIASES.inference},localhost,127.0.0.1`;

/** What leads a program to the model, and by which certificates it believes it. */
const ROUTE: Environment = {
  NODE_EXTRA_CA_CERTS: PATHS.caBundle,
  SSL_CERT_FILE: PATHS.caBundle,
  REQUESTS_CA_BUNDLE: PATHS.caBundle,
  CURL_CA_BUNDLE: PATHS.caBundle,
  GIT_SSL_CAINFO: PATHS.caBundle,
  HTTP_PROXY: PROXY,
  HTTPS_PROXY: PROXY,
  http_proxy: PROXY,
  https_proxy: PROXY,
  NO_PROXY: DIRECT,
  no_proxy: DIRECT,
};

/** No rc file may set them otherwise. */
export const DECIDED_VARIABLES: ReadonlySet<string> = new Set(Object.keys(ROUTE));

/**
 * What a program of the sandbox gets: the container's environment (a GPU's variables come that way), the CA under the
 * names that the common programs read, the proxy, a home of its own, and for the gateway what the agent asks for.
 */
export const environmentFor = (
  as: RunAs,
  container: Readonly<Record<string, string | undefined>>,
  agent: Readonly<Environment> = {},
): Environment => {
  const inherited = Object.fromEntries(
    Object.entries(container).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !NOT_INHERITED.has(entry[0]),
    ),
  );
  const home = as === 'gateway' ? PATHS.gatewayHome : PATHS.toolsHome;
  return {
    PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    ...inherited,
    HOME: home,
    USER: as,
    LOGNAME: as,
    SHELL: '/bin/bash',
    ...ROUTE,
    ...(as === 'gateway' ? agent : {}),
  };
};
