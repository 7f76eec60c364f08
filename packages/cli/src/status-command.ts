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

  /** Exit 1 where a sandbox was asked and is not ready, or is known to be in a status that is an error. */
  protected judge(statuses: readonly StatusResult[]): void {
    const wrong = statuses.filter(({ live, condition }) => live?.verdict === 'not_ready' || isError(condition));
    const [first] = wrong;
    if (first === undefined) return;
    const message = wrong.map((status) => `${status.record.name} is not ready: ${whyNot(status)}`).join('\n');
    const hint = `\`${this.program.bin} ${first.record.name} recover\` brings it back.`;
    const code = first.live === undefined && isError(first.condition) ? CODES[first.condition.status] : 'CHECKS_FAILED';
    this.fail({ code, message, hint });
  }
}

type Condition = StatusResult['condition'];
type ErrorStatus = Exclude<NonNullable<Condition>['status'], 'ReplacementPending'>;

const CODES: Record<ErrorStatus, string> = {
  IdentityConflict: 'OWNERSHIP_CONFLICT',
  InstanceMissing: 'INSTANCE_MISSING',
  OwnershipUnresolved: 'OWNERSHIP_UNRESOLVED',
  OwnershipPersistFailed: 'OWNERSHIP_PERSIST_FAILED',
};

function isError(condition: Condition): condition is NonNullable<Condition> & { status: ErrorStatus } {
  return condition !== undefined && condition.status !== 'ReplacementPending';
}

/** What the status is called stands before the reasons; the first of them mostly says the same in words. */
function whyNot({ live, condition }: StatusResult): string {
  const reasons = live === undefined ? [condition?.reason ?? ''] : live.reasons;
  return `${condition === undefined ? '' : `${condition.status}: `}${reasons.join('; ')}`;
}
