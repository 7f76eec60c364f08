import type { StatusResult } from '@nemoclaw/core';
import * as Flags from '@oclif/core/flags';
import { optionalSandboxArgs } from '../grammar/sandbox-arg.ts';
import { byName } from '../render/list.ts';
import { renderStatuses } from '../render/status.ts';
import { StatusCommand } from '../status-command.ts';

export default class Status extends StatusCommand {
  static override summary = 'Show what is recorded and proved, and how long ago.';
  static override description =
    'Without NAME, of all sandboxes. Facts are as recorded, with their ages, unless --live.';
  static override args = optionalSandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    live: Flags.boolean({ summary: 'Ask the engine and the gateway now; exit 1 unless ready.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Status);
    return args.name === undefined ? this.#all(flags.live) : this.one(args.name, flags.live);
  }

  async #all(live: boolean): Promise<{ sandboxes: StatusResult[] }> {
    const { nemoclaw, call } = await this.open();
    const { records, unreadable } = await nemoclaw.list();
    if (unreadable[0] !== undefined) throw unreadable[0].error;
    const sandboxes: StatusResult[] = [];
    for (const { name } of byName(records)) sandboxes.push(await nemoclaw.status(name, { ...call, live }));
    await this.show(renderStatuses(sandboxes, this.program.bin, new Date()));
    this.judge(sandboxes);
    return { sandboxes };
  }
}
