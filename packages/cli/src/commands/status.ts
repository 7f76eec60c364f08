import { Flags } from '@oclif/core';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderStatus } from '../render/status.ts';

export default class Status extends NemoclawCommand {
  static override summary = 'Show what is recorded and proved, and how long ago.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    live: Flags.boolean({ summary: 'Ask the engine and the gateway now; exit 1 unless ready.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status);
    const { nemoclaw, call } = await this.open();
    const status = await nemoclaw.status(args.name, { ...call, live: flags.live });
    await this.show(renderStatus(status, new Date()));
    if (status.live?.verdict === 'not_ready') {
      const message = `${args.name} is not ready: ${status.live.reasons.join('; ')}`;
      this.fail({ code: 'CHECKS_FAILED', message, hint: `${this.program.bin} ${args.name} recover` });
    }
    return status;
  }
}
