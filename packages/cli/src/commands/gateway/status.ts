import { NemoclawCommand } from '../../base-command.ts';
import { sandboxArgs } from '../../grammar/sandbox-arg.ts';
import { renderGatewayStatus } from '../../render/gateway.ts';

export default class GatewayStatus extends NemoclawCommand {
  static override summary = 'Ask the supervisor about the gateway.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args } = await this.parse(GatewayStatus);
    const { nemoclaw, call } = await this.open();
    const status = await nemoclaw.gatewayStatus(args.name, call);
    await this.show(renderGatewayStatus(status));
    return status;
  }
}
