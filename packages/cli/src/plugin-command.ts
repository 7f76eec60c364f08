import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginCommand } from '@nemoclaw/core';
import { CodedError } from '@nemoclaw/plugin-api';
import { Config } from '@oclif/core/config';
import type { PJSON } from '@oclif/core/interfaces';
import { run } from '@oclif/core/run';
import { type GrammarCommand, reservedNames, SANDBOX_NAME } from './grammar/rewrite.ts';
import type { Program } from './program.ts';
import { requestExit } from './runtime/ending.ts';
import { dataHome } from './runtime/home.ts';

/**
 * The command of somebody else's plugin that is meant, if it is one. What is ours stays ours: our words first, then
 * sandboxes that are there, then plugins; the store is read only for what is none of these.
 */
export async function pluginCommandOf(
  argv: readonly string[],
  commands: readonly GrammarCommand[],
): Promise<PluginCommand | undefined> {
  const home = dataHome(process.env);
  const flagAt = argv.findIndex((word) => word.startsWith('-'));
  const said = flagAt === -1 ? argv : argv.slice(0, flagAt);
  const words = said[0] === 'help' ? said.slice(1) : said;
  const [beginning = '', ...more] = words;
  // `acme:report` and `acme report` are the same; what follows is the plugin's, colons and all.
  const [first, ...rest] = [...beginning.split(':'), ...more];
  if (first === undefined || first === '' || reservedNames(commands).includes(first)) return undefined;
  if (SANDBOX_NAME.test(first) && existsSync(join(home, 'sandboxes', first))) return undefined;
  if (!existsSync(join(home, 'plugins', 'index.json'))) return undefined;
  const { findPluginCommand } = await import('@nemoclaw/core');
  return findPluginCommand([first, ...rest], { home, env: process.env });
}

/** What oclif is told of the plugin's package: its commands and nothing else of it that would run. */
function packageFor(program: Program, { document }: PluginCommand): PJSON {
  const { commands, topics } = (document.oclif ?? {}) as { commands?: string; topics?: object };
  const oclif = {
    bin: program.bin,
    dirname: 'nemoclaw',
    topicSeparator: ' ',
    commands,
    topics,
    plugins: [],
    hooks: {},
  };
  return { ...document, oclif } as unknown as PJSON;
}

/** Its words are known, so oclif need not guess where they end and its arguments begin; help is oclif's own. */
async function start(
  argv: readonly string[],
  { id, topic, words }: PluginCommand,
  options: { root: string; pjson: PJSON; userPlugins: boolean; devPlugins: boolean },
): Promise<void> {
  const wantsHelp = argv[0] === 'help';
  const said = wantsHelp ? argv.slice(1) : argv;
  const inOneWord = (said[0] ?? '').split(':').length;
  const rest = said.slice(words - inOneWord + 1);
  const end = rest.indexOf('--');
  const help =
    wantsHelp || topic || (end === -1 ? rest : rest.slice(0, end)).some((word) => /^(?:--help|-h)$/.test(word));
  if (topic && rest.some((word) => !word.startsWith('-')))
    throw new CodedError('UNKNOWN_COMMAND', {
      message: `"${said.join(' ')}" is not a command of ${options.pjson.oclif.bin}.`,
      hint: `\`${options.pjson.oclif.bin} ${id.replaceAll(':', ' ')} --help\` lists those that begin so.`,
    });
  if (help) return void (await run([id, '--help'], options));
  const config = await Config.load(options);
  await config.runCommand(id, rest);
}

/** A mistake in what the user typed, which oclif explains; everything else that is thrown is the plugin's failure. */
const isUsage = (error: unknown): boolean =>
  error instanceof Error &&
  ('parse' in error || ['EEXIT', 'UNKNOWN_COMMAND'].includes(String((error as { code?: unknown }).code)));

/**
 * Runs it with oclif, in this process: its stdout and its exit code are its own. What it throws, also where nobody
 * waits, is a failure of the plugin by name.
 */
export async function runPluginCommand(
  program: Program,
  argv: readonly string[],
  command: PluginCommand,
): Promise<void> {
  const { commandFailed } = await import('@nemoclaw/core');
  const begin = performance.now();
  const failed = (error: unknown): Error =>
    commandFailed(error, command, {
      home: dataHome(process.env),
      env: process.env,
      elapsedMs: performance.now() - begin,
    });
  const stray = Promise.withResolvers<never>();
  stray.promise.catch(() => undefined);
  const onStray = (error: unknown): void => stray.reject(failed(error));
  let running = true;
  const onExit = (status: number): void => {
    if (running && status !== 0)
      process.stderr.write(
        `error PLUGIN_COMMAND_FAILED (${command.plugin}): it ended the program with exit code ${status}.\n`,
      );
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  process.on('exit', onExit);
  const options = { root: command.root, pjson: packageFor(program, command), userPlugins: false, devPlugins: false };
  try {
    await Promise.race([start(argv, command, options), stray.promise]);
  } catch (error) {
    if (isUsage(error)) throw error;
    const asked = (error as { oclif?: { exit?: unknown } } | null)?.oclif?.exit;
    if (typeof asked === 'number' && asked > 0) requestExit(asked);
    throw failed(error);
  } finally {
    running = false;
    process.off('unhandledRejection', onStray);
    process.off('uncaughtException', onStray);
    process.off('exit', onExit);
  }
}
