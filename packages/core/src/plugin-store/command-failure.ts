import { type CodedError, isCodedError } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { attribute, createFaultLog } from '../plugins/index.ts';
import { createRedactor, oneLine } from '../redaction/index.ts';
import type { PluginCommand } from './find-command.ts';
import { storePaths } from './index-file.ts';

export interface CommandFailure {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  elapsedMs: number;
}

/** oclif's `this.error('…')`: the command works, and says no. */
const isAnswer = (thrown: unknown): thrown is Error => thrown instanceof Error && 'oclif' in thrown;

/** What a plugin's command threw, with the plugin's name. `plugins doctor` will remember it, unless it is an answer. */
export const commandFailed = (
  thrown: unknown,
  { id, plugin }: PluginCommand,
  { home, env, elapsedMs }: CommandFailure,
): CodedError => {
  const spoken = `\`${id.replaceAll(':', ' ')}\``;
  if (isAnswer(thrown) && !isCodedError(thrown))
    return codedError('PLUGIN_COMMAND_FAILED', {
      message: `${spoken} of plugin ${plugin} says: ${oneLine(thrown.message)}`,
      hint: `\`nemoclaw ${id.replaceAll(':', ' ')} --help\` shows what it takes.`,
      cause: thrown,
      plugin,
    });
  const what = `its command ${spoken}`;
  const error = attribute(thrown, { plugin, what, timeoutMs: 0 }, elapsedMs, 'PLUGIN_COMMAND_FAILED');
  const redactor = createRedactor();
  redactor.learnEnv(env);
  if (!isCodedError(thrown)) createFaultLog(storePaths(home).faults, redactor.redactText, () => new Date()).note(error);
  return error;
};
