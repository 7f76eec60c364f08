import * as Args from '@oclif/core/args';
import { NemoclawCommand } from '../base-command.ts';
import { converse } from '../chat/conversation.ts';
import { terminalText } from '../chat/terminal-text.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { isInteractive, readStdin } from '../runtime/terminal.ts';

export default class Chat extends NemoclawCommand {
  static override summary = 'Say something to the agent and print its answer.';
  static override description =
    'The message is an argument or comes from stdin; on a terminal without either, a conversation starts.';
  static override args = { ...sandboxArgs, message: Args.string({ description: 'What to say.' }) };
  static override scope = 'sandbox' as const;
  static override examples = ['<%= config.bin %> demo chat "What is in your workspace?"'];

  async run(): Promise<unknown> {
    const { args } = await this.parse(Chat);
    if (args.message === undefined && isInteractive() && !this.jsonEnabled()) return this.#conversation(args.name);
    const content = (args.message ?? (await readStdin())).trim();
    if (content === '') this.usage('There is nothing to say.', `${this.program.bin} ${args.name} chat "Hello"`);
    const { nemoclaw, call } = await this.open();
    const print = this.jsonEnabled() ? undefined : terminalText(process.stdout);
    const answer = await nemoclaw.chat(
      args.name,
      { turns: [{ role: 'user', content }], ...(print === undefined ? {} : { onText: print.write }) },
      call,
    );
    print?.end(answer.text);
    return answer;
  }

  async #conversation(name: string): Promise<void> {
    const { nemoclaw, call } = await this.open({ quiet: true });
    await converse({ stdin: process.stdin, stdout: process.stdout, signal: call.signal }, (turns, onText, signal) =>
      nemoclaw.chat(name, { turns, onText }, { ...call, signal }),
    );
  }
}
