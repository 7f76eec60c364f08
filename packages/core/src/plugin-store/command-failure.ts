import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import { attribute, createFaultLog } from '../plugins/index.ts';
import { createRedactor } from '../redaction/index.ts';
import type { PluginCommand } from './find-command.ts';
import { storePaths } from './index-file.ts';

export interface CommandFailure {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  elapsedMs: number;
}

/** What a plugin's command threw, with the plugin's name; `plugins doctor` will remember it. */
export const commandFailed = (
  thrown: unknown,
  { id, plugin }: PluginCommand,
  { home, env, elapsedMs }: CommandFailure,
): CodedError => {
  const what = `its command \`${id.replaceAll(':', ' ')}\``;
  const error = attribute(thrown, { plugin, what, timeoutMs: 0 }, elapsedMs, 'PLUGIN_COMMAND_FAILED');
  const redactor = createRedactor();
  redactor.learnEnv(env);
  if (!isCodedError(thrown)) createFaultLog(storePaths(home).faults, redactor.redactText, () => new Date()).note(error);
  return error;
};
