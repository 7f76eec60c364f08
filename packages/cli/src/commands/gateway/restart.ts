import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../../base-command.ts';
import { sandboxArgs } from '../../grammar/sandbox-arg.ts';
import { renderRestart } from '../../render/gateway.ts';

const SECOND = 1000;

export default class GatewayRestart extends NemoclawCommand {
  static override summary = "Restart the agent's gateway and prove that it is back.";
  static override description =
    'Requests that come in meanwhile are held at ingress. The default stops and starts the process; --soft uses the way of the agent where it has one.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    quiet: Flags.boolean({ summary: 'Print failures only.', env: 'NEMOCLAW_QUIET' }),
    soft: Flags.boolean({ summary: "Use the agent's own restart in process.", env: 'NEMOCLAW_GATEWAY_SOFT' }),
    timeout: Flags.integer({
      summary: 'Seconds until it must be healthy.',
      min: 1,
      max: 3600,
      env: 'NEMOCLAW_GATEWAY_TIMEOUT',
    }),
    settle: Flags.integer({
      summary: 'Seconds that it must stay healthy.',
      min: 0,
      max: 600,
      env: 'NEMOCLAW_GATEWAY_SETTLE',
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(GatewayRestart);
    const { nemoclaw, call } = await this.open({ quiet: flags.quiet, changes: true });
    const report = await nemoclaw.gatewayRestart(args.name, {
      ...call,
      soft: flags.soft,
      ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * SECOND }),
      ...(flags.settle === undefined ? {} : { settleMs: flags.settle * SECOND }),
    });
    if (!flags.quiet) await this.show(renderRestart(report));
    return report;
  }
}
