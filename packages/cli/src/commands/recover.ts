import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderRecover } from '../render/endings.ts';

export default class Recover extends NemoclawCommand {
  static override summary = 'Finish or undo what broke off, and bring it back.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    'accept-empty-state': Flags.boolean({
      summary: "Where the volume with the agent's state is gone: go on with an empty one.",
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Recover);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.recover(args.name, { ...call, acceptEmptyState: flags['accept-empty-state'] });
    await this.show(renderRecover(args.name, result));
    return result;
  }
}
