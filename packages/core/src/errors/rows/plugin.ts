import type { ErrorRow } from '../row.ts';

/** Plugins: their packages, their code, their hooks. Each error names the plugin and its version. */
export const pluginRows = {
  PLUGIN_NOT_FOUND: {
    audience: 'user',
    exit: 1,
    message: 'No plugin offers this.',
    hint: '`nemoclaw plugins` shows what is there.',
  },
  PLUGIN_MANIFEST_INVALID: {
    audience: 'plugin',
    exit: 1,
    message: 'The package.json of a plugin does not say what it must.',
    hint: 'The message names the field; docs/write-a-plugin.md shows a complete one.',
  },
  PLUGIN_API_INCOMPATIBLE: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin was built for another version of the plugin API.',
    hint: 'Install the version of the plugin that fits, or upgrade this program when the plugin is newer.',
  },
  PLUGIN_MODULE_MISSING: {
    audience: 'plugin',
    exit: 1,
    message: 'A file that a plugin names is not in its package.',
    hint: 'Install the plugin again; if you are writing it, build it first.',
  },
  PLUGIN_MODULE_OUTSIDE: {
    audience: 'plugin',
    exit: 1,
    message: 'A file that a plugin names lies outside its package.',
    hint: 'A module must stay inside the package that names it, links resolved. Link a plugin that you are writing instead of installing it.',
  },
  PLUGIN_IMPORT_FAILED: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin could not be imported.',
    hint: 'Install the plugin again, or run without it: NEMOCLAW_SAFE_MODE=1.',
  },
  PLUGIN_WRONG_EXPORT: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin exports something else than its package.json promises.',
    hint: 'The default export must come from the define function of its kind; docs/write-a-plugin.md shows how.',
  },
  PLUGIN_CONFLICT: {
    audience: 'plugin',
    exit: 1,
    message: 'Two plugins offer the same thing under the same name.',
    hint: 'Keep one of them; `nemoclaw plugins doctor` names both.',
  },
  PLUGIN_SHADOWS_BUILT_IN: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin offers something under the name of a built-in one, which stays in force.',
    hint: 'Its author must choose another id.',
  },
  PLUGIN_DISABLED: {
    audience: 'user',
    exit: 1,
    message: 'The plugin is off, because NEMOCLAW_SAFE_MODE is set.',
    hint: 'Run the command without NEMOCLAW_SAFE_MODE.',
  },
  PLUGIN_FAILED: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin failed.',
    hint: 'The message names it and the likely cause; NEMOCLAW_SAFE_MODE=1 runs without plugins that are not built in.',
  },
  PLUGIN_TIMEOUT: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin did not finish in time.',
    hint: 'The message names it and the likely cause; NEMOCLAW_SAFE_MODE=1 runs without plugins that are not built in.',
  },
  PLUGIN_BLOCKED: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin kept the whole program from going on, which was therefore ended.',
    hint: 'What it did is in the journal: `nemoclaw <name> recover`. NEMOCLAW_SAFE_MODE=1 runs without the plugin.',
  },
  HOOK_FAILED: {
    audience: 'plugin',
    exit: 1,
    message: 'A hook of a plugin failed.',
    hint: 'The message names the plugin and the likely cause; NEMOCLAW_SAFE_MODE=1 runs without it.',
  },
  HOOK_TIMEOUT: {
    audience: 'plugin',
    exit: 1,
    message: 'A hook of a plugin did not finish in time.',
    hint: 'Its author can raise the bound (nemoclaw.hooks in its package.json); NEMOCLAW_SAFE_MODE=1 runs without it.',
  },
  HOOK_VETO: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin forbids this.',
    hint: 'The plugin says why; change what it objects to, or uninstall it.',
  },
  HOOK_BAD_OUTPUT: {
    audience: 'plugin',
    exit: 1,
    message: 'A hook of a plugin returned something that a hook cannot return.',
    hint: 'The message names the field; docs/write-a-plugin.md has the shapes.',
  },
  HOOK_FINDING: {
    audience: 'environment',
    exit: 1,
    message: 'A plugin looked at the ready sandbox and found that it is not right.',
    hint: 'The details list what it found and what to do.',
  },
  PLAN_PATCH_REFUSED: {
    audience: 'plugin',
    exit: 1,
    message: 'A plugin wants to change something of the container that no plugin may change.',
    hint: 'A patch may touch env, labels, limits, devices, groups, the runtime and read-only volumes; docs/write-a-plugin.md has the rules.',
  },
} as const satisfies Record<string, ErrorRow>;
