import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { requestExit } from '../runtime/ending.ts';
import { withTerminal } from '../runtime/raw-terminal.ts';
import { isInteractive } from '../runtime/terminal.ts';

export default class Connect extends NemoclawCommand {
  static override summary = 'Open a shell in the sandbox, as its tools run.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override enableJsonFlag = false;

  async run(): Promise<void> {
    const { args } = await this.parse(Connect);
    if (!isInteractive()) {
      this.usage('connect needs a terminal.', `Without one: ${this.program.bin} ${args.name} exec -- COMMAND`);
    }
    const { nemoclaw, call } = await this.open({ quiet: true });
    const status = await withTerminal(true, (streams) =>
      nemoclaw.exec(args.name, { argv: ['/bin/bash', '-l'], as: 'tools', ...streams }, call),
    );
    requestExit(status);
  }
}
