import { stripControl } from '@nemoclaw/core/text';
import { CodedError } from '@nemoclaw/plugin-api';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { type EnvelopeError, errorEnvelope, okEnvelope, printEnvelope } from './envelope/envelope.ts';
import { SIGNAL_EXIT } from './envelope/exit-codes.ts';
import { generatedFolder, readCommandIndex } from './generated.ts';
import type { GrammarCommand } from './grammar/rewrite.ts';
import type { Program } from './program.ts';
import { requestExit } from './runtime/ending.ts';
import { openSession, type Session } from './runtime/session.ts';

/** The part of package.json that the entry adds for its program. */
interface ProgramPackage {
  nemoclaw: Program;
  version: string;
}

/** What all commands share: the envelope, the session with the core, one way to end with a failure. */
export abstract class NemoclawCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    verbose: Flags.boolean({ summary: 'Show the causes of an error.', helpGroup: 'GLOBAL' }),
  };
  /** `sandbox`: the first argument is a sandbox's name and may be written first. */
  static scope?: 'sandbox';

  protected readonly warnings: string[] = [];
  #session: Session | undefined;
  #failure: EnvelopeError | undefined;

  protected get program(): Program {
    return (this.config.pjson as unknown as ProgramPackage).nemoclaw;
  }

  /** All commands, those of oclif's plugins too, which may not be loaded. */
  protected get grammar(): GrammarCommand[] {
    return readCommandIndex(this.#generated);
  }

  get #generated(): URL {
    return generatedFolder(this.config.root);
  }

  /** Opens the core; quiet commands and `--json` show no progress. */
  protected async open(mode: { quiet?: boolean; changes?: boolean } = {}): Promise<Session> {
    this.#session ??= await openSession({
      bin: this.program.bin,
      version: this.config.version,
      generated: this.#generated,
      commands: this.grammar.flatMap(({ id, aliases }) => [id, ...(aliases ?? [])]),
      quiet: mode.quiet === true || this.jsonEnabled(),
      changes: mode.changes === true,
    });
    return this.#session;
  }

  /** Results for a person; nothing under `--json`. What containers and plugins said in them can't drive the terminal. */
  protected async show(text: string): Promise<void> {
    await this.#session?.close();
    if (!this.jsonEnabled()) process.stdout.write(stripControl(text));
  }

  /** The command ran to its end and what it found is a failure: exit 1, in the envelope beside the result. */
  protected fail(error: EnvelopeError): void {
    this.#failure = error;
    requestExit(1);
    if (!this.jsonEnabled())
      process.stderr.write(
        stripControl(`error ${error.code}: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`),
      );
  }

  protected usage(message: string, hint?: string): never {
    throw new CodedError('USAGE', hint === undefined ? { message } : { message, hint });
  }

  override toSuccessJson(result: unknown): unknown {
    return this.#failure === undefined
      ? okEnvelope(result, this.warnings)
      : errorEnvelope(this.#failure, this.warnings, result);
  }

  override logJson(json: unknown): void {
    process.stdout.write(printEnvelope(json as Parameters<typeof printEnvelope>[0]));
  }

  /** Errors are presented in one place, where those that no command sees arrive too. */
  override async catch(error: Error): Promise<never> {
    await this.#session?.close();
    const signal = this.#session?.interruptedBy();
    if (signal !== undefined) requestExit(SIGNAL_EXIT[signal]);
    throw error;
  }
}
