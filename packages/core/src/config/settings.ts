/** One row for everything that can be set, in the order of docs/reference/settings.md. */
export interface Setting {
  /** Environment variable; wins over the file. */
  env: string;
  /** Key in `config.json`, dotted; absent where there is only the variable. */
  file?: string;
  fallback: string;
  meaning: string;
}

export const SETTINGS = {
  parentImage: {
    env: 'NEMOCLAW_BASE_IMAGE',
    file: 'image.parent',
    fallback: 'docker.io/library/debian:trixie-slim',
    meaning: 'Image that the sandbox base is built on: Debian trixie, or Node on it.',
  },
  buildCa: {
    env: 'NEMOCLAW_BUILD_CA',
    file: 'buildCa',
    fallback: 'auto',
    meaning:
      "Roots that image builds trust besides the parent's own: `auto` (the host's bundle, where one is found), `none`, or the path of a PEM file. Never part of a sandbox.",
  },
  buildHostNetwork: {
    env: 'NEMOCLAW_BUILD_HOST_NETWORK',
    file: 'buildHostNetwork',
    fallback: 'true',
    meaning:
      "Whether image builds use the host's network (`true` or `false`), for mirrors that only its resolver knows.",
  },
  subnetRange: {
    env: 'NEMOCLAW_SUBNET_RANGE',
    file: 'subnetRange',
    fallback: '10.213.0.0/16',
    meaning: 'Private IPv4 range (CIDR, /8 to /22) that the networks of sandboxes are cut from.',
  },
  driver: {
    env: 'NEMOCLAW_DRIVER',
    file: 'driver',
    fallback: '(the first one installed)',
    meaning: 'Id of the sandbox driver.',
  },
  holdMs: {
    env: 'NEMOCLAW_HOLD_MS',
    file: 'holdMs',
    fallback: '30000',
    meaning: 'How long ingress holds a request while the gateway is away, ms; `off` lets it fail at once.',
  },
  settleMs: {
    env: 'NEMOCLAW_SETTLE_MS',
    file: 'settleMs',
    fallback: '3000',
    meaning: 'How long a restarted gateway must stay healthy before the restart counts, ms.',
  },
  restartTimeoutMs: {
    env: 'NEMOCLAW_RESTART_TIMEOUT_MS',
    file: 'restartTimeoutMs',
    fallback: '180000',
    meaning: 'How long a gateway restart may take, ms.',
  },
  startTimeoutMs: {
    env: 'NEMOCLAW_START_TIMEOUT_MS',
    file: 'startTimeoutMs',
    fallback: '180000',
    meaning: 'How long the gateway of a new sandbox may take to start, ms.',
  },
  healthEveryMs: {
    env: 'NEMOCLAW_HEALTH_EVERY_MS',
    file: 'healthEveryMs',
    fallback: '30000',
    meaning:
      'How often the supervisor asks a running gateway whether it lives, ms, 100 at least; four failures in a row restart it. Written into a sandbox when it is made.',
  },
  undoBudgetMs: {
    env: 'NEMOCLAW_UNDO_BUDGET_MS',
    file: 'undoBudgetMs',
    fallback: '30000',
    meaning:
      'How long hooks and undo may take together after a failure or Ctrl+C, and how long the rest may take after a Ctrl+C where nothing can be undone any more, ms.',
  },
  pluginAllow: {
    env: 'NEMOCLAW_PLUGIN_ALLOW',
    file: 'plugins.allow',
    fallback: '(none)',
    meaning:
      'Plugins that may be installed without asking: `name`, `name@version` or `@scope/*`; separated by commas in the variable, a list in the file.',
  },
  pluginGit: {
    env: 'NEMOCLAW_PLUGIN_GIT',
    file: 'plugins.git',
    fallback: 'false',
    meaning: 'Whether plugins may be installed from git addresses (`true` or `false`).',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** Read from the environment as other tools know them; there is no key for them in the file. */
export const FOREIGN_SETTINGS: readonly { env: string; meaning: string }[] = [
  {
    env: 'HTTP_PROXY, HTTPS_PROXY, FTP_PROXY, ALL_PROXY, NO_PROXY',
    meaning: 'Handed to image builds, in upper and lower case as they are set; no sandbox ever gets them.',
  },
  { env: 'npm_config_registry', meaning: 'npm registry for image builds; absent leaves it to npm.' },
];

const row = (setting: Setting): string =>
  `| \`${setting.env}\` | ${setting.file === undefined ? '' : `\`${setting.file}\``} | \`${setting.fallback}\` | ${setting.meaning} |`;

/** The page docs/reference/settings.md. */
export const renderSettingsReference = (): string =>
  [
    '# Settings',
    '',
    'Generated from `packages/core/src/config`; do not edit by hand.',
    '',
    'An environment variable wins over `$NEMOCLAW_HOME/config.json`, which wins over the default. A value that is not',
    'understood is a usage error that names the variable or the key. What a single command can be told has its own flag and',
    'variable: see `nemoclaw help <command>`.',
    '',
    '| variable | key in config.json | default | meaning |',
    '|---|---|---|---|',
    ...Object.values<Setting>(SETTINGS).map(row),
    '',
    '`config.json` also takes `providers`: where a model server is found, by provider, instead of its usual address, such as',
    '`{"providers": {"vllm": {"baseUrl": "http://127.0.0.1:8001/v1"}}}`.',
    '',
    'From other tools:',
    '',
    '| variable | meaning |',
    '|---|---|',
    ...FOREIGN_SETTINGS.map(({ env, meaning }) => `| \`${env}\` | ${meaning} |`),
    '',
  ].join('\n');
