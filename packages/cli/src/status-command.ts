import type { StatusResult } from '@nemoclaw/core';
import { NemoclawCommand } from './base-command.ts';
import { renderStatus } from './render/status.ts';

/** What `status` and a name alone have in common. */
export abstract class StatusCommand extends NemoclawCommand {
  protected async one(name: string, live: boolean): Promise<StatusResult> {
    const { nemoclaw, call } = await this.open();
    const status = await nemoclaw.status(name, { ...call, live });
    await this.show(renderStatus(status, new Date()));
    this.judge([status]);
    return status;
  }

  /** Exit 1 where a sandbox was asked and is not ready. */
  protected judge(statuses: readonly StatusResult[]): void {
    const wrong = statuses.filter(({ live }) => live?.verdict === 'not_ready');
    if (wrong[0] === undefined) return;
    const message = wrong
      .map(({ record, live }) => `${record.name} is not ready: ${live?.reasons.join('; ')}`)
      .join('\n');
    const hint = `\`${this.program.bin} ${wrong[0].record.name} recover\` brings it back.`;
    this.fail({ code: 'CHECKS_FAILED', message, hint });
  }
}
