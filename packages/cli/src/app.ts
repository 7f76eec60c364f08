// Not the index: it loads a version check (semver) and all that commands seldom need.
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { errorEnvelope, printEnvelope } from './envelope/envelope.ts';
import { exitCodeOf } from './envelope/exit-codes.ts';
import { type PresentedError, presentError, renderError } from './envelope/present-error.ts';
import { generatedFolder, readCommandIndex } from './generated.ts';
import { isOwnCommand } from './grammar/own-command.ts';
import { type GrammarCommand, rewriteArgv } from './grammar/rewrite.ts';
import { guessCommand } from './grammar/suggest.ts';
import { packageOf, packageRoot } from './package.ts';
import { pluginCommandOf, runPluginCommand } from './plugin-command.ts';
import type { Program } from './program.ts';
import { cacheHome, configHome, dataHome } from './runtime/home.ts';

/** Everything that the fast path does not answer: oclif under our grammar and our errors. Returns the exit code. */
export async function runApp(program: Program, argv: readonly string[]): Promise<number> {
  setDirectories(program.bin);
  // The build is what runs, whatever NODE_ENV says.
  settings.enableAutoTranspile = false;
  const commands = readCommandIndex(generatedFolder(packageRoot()));
  const rewritten = rewriteArgv(argv, commands);
  const { root, pjson } = packageOf(program, !isOwnCommand(rewritten, commands));
  try {
    const theirs = await pluginCommandOf(argv, commands);
    if (theirs !== undefined) {
      await runPluginCommand(program, argv, theirs);
      return Number(process.exitCode ?? 0);
    }
    await run(rewritten, { root, pjson, userPlugins: false, devPlugins: false });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const presented = withGuess(presentError(error, program.bin), argv, commands, program.bin);
    if (presented.silentExit !== undefined) return presented.silentExit;
    report(await withoutSecrets(presented), rewritten);
    return Number(process.exitCode ?? exitCodeOf(presented.code));
  }
}

/** One place for both names; oclif would look at NEMOHERMES_* under the second one. */
function setDirectories(bin: string): void {
  const prefix = bin.toUpperCase();
  process.env[`${prefix}_DATA_DIR`] = dataHome(process.env);
  process.env[`${prefix}_CONFIG_DIR`] = configHome(process.env);
  process.env[`${prefix}_CACHE_DIR`] = cacheHome(process.env);
  // Without it oclif asks the password database, which has no entry for the numeric user of a container.
  process.env.SHELL ??= '/bin/sh';
}

/** Of errors that the core has not seen: the parser's, which repeats what was typed, and those of opening the core itself. */
async function withoutSecrets(error: PresentedError): Promise<PresentedError> {
  const { createRedactor } = await import('@nemoclaw/core/redaction');
  const redactor = createRedactor();
  redactor.learnEnv(process.env);
  return redactor.redactJson(error);
}

function report(error: PresentedError, argv: readonly string[]): void {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  const verbose = flags.includes('--verbose');
  if (!flags.includes('--json')) {
    process.stderr.write(renderError(error, verbose));
    return;
  }
  const { causes, silentExit: _, ...rest } = error;
  process.stdout.write(printEnvelope(errorEnvelope(verbose ? { ...rest, causes } : rest)));
}

/** Adds what the user may have meant to an unknown command. */
function withGuess(
  error: PresentedError,
  argv: readonly string[],
  commands: readonly GrammarCommand[],
  bin: string,
): PresentedError {
  const words = argv.filter((word) => !word.startsWith('-'));
  if (error.code !== 'UNKNOWN_COMMAND' || words.length === 0 || error.hint?.startsWith('Did you')) return error;
  const guess = guessCommand(words, commands);
  const message = error.message.startsWith('"') ? error.message : `"${words.join(' ')}" is not a command of ${bin}.`;
  const did = guess === undefined ? '' : `Did you mean \`${bin} ${guess}\`? `;
  return { ...error, message, hint: `${did}${error.hint ?? ''}` };
}
