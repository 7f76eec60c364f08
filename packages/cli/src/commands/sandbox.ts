import { CodedError, isCodedError } from '@nemoclaw/plugin-api';
import * as Flags from '@oclif/core/flags';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { nearest } from '../grammar/suggest.ts';
import { StatusCommand } from '../status-command.ts';

/** `nemoclaw <name>`: the recorded status. The help of it lists what else can be done with a sandbox. */
export default class Sandbox extends StatusCommand {
  static override summary = 'What can be done with one sandbox.';
  static override description = 'A name alone shows its status.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override hidden = true;
  static override flags = {
    live: Flags.boolean({ summary: 'Ask the engine and the gateway now; exit 1 unless ready.' }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Sandbox);
    try {
      return await this.one(args.name, flags.live);
    } catch (error) {
      throw isCodedError(error) && error.code === 'SANDBOX_NOT_FOUND' ? this.#neither(args.name, error) : error;
    }
  }

  /** A lone word may be a mistyped command as well as a missing sandbox. */
  #neither(word: string, cause: CodedError): CodedError {
    const { bin } = this.program;
    const commands = this.grammar.filter(({ id }) => id !== this.id).map(({ id }) => id.replaceAll(':', ' '));
    const guess = nearest(word, commands);
    const did = guess === undefined ? '' : `Did you mean \`${bin} ${guess}\`? `;
    return new CodedError('UNKNOWN_COMMAND', {
      message: `"${word}" is neither a command nor a sandbox.`,
      hint: `${did}\`${bin} help\` lists the commands, \`${bin} list\` the sandboxes.`,
      cause,
    });
  }
}
