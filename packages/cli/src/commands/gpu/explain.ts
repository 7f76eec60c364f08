import { NemoclawCommand } from '../../base-command.ts';
import { optionalSandboxArgs } from '../../grammar/sandbox-arg.ts';
import { renderGpuExplanation } from '../../render/gpu.ts';

export default class GpuExplain extends NemoclawCommand {
  static override summary = 'Explain each GPU strategy, its bid on this host and why.';
  static override description = 'With NAME also what that sandbox has, and how it was proved.';
  static override args = optionalSandboxArgs;
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args } = await this.parse(GpuExplain);
    const { nemoclaw, call } = await this.open();
    const result = await nemoclaw.gpuExplain(args.name, call);
    await this.show(renderGpuExplanation(result, new Date()));
    return result;
  }
}
