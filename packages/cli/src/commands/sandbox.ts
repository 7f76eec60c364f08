import { CodedError, isCodedError } from '@nemoclaw/plugin-api';
import { nearest } from '../grammar/suggest.ts';
import Status from './status.ts';

/** `nemoclaw <name>`: the recorded status. The help of it lists what else can be done with a sandbox. */
export default class Sandbox extends Status {
  static override summary = 'What can be done with one sandbox.';
  static override hidden = true;

  override async run(): Promise<unknown> {
    try {
      return await super.run();
    } catch (error) {
      throw isCodedError(error) && error.code === 'SANDBOX_NOT_FOUND' ? this.#neither(error) : error;
    }
  }

  /** A lone word may be a mistyped command as well as a missing sandbox. */
  #neither(cause: CodedError): CodedError {
    const word = this.argv[0] ?? '';
    const { bin } = this.program;
    const commands = this.config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id.replaceAll(':', ' '));
    const guess = nearest(word, commands);
    const did = guess === undefined ? '' : `Did you mean \`${bin} ${guess}\`? `;
    return new CodedError('UNKNOWN_COMMAND', {
      message: `"${word}" is neither a command nor a sandbox.`,
      hint: `${did}\`${bin} help\` lists the commands, \`${bin} list\` the sandboxes.`,
      cause,
    });
  }
}
