import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../../base-command.ts';
import { sandboxArgs } from '../../grammar/sandbox-arg.ts';
import { gpuDevices } from '../../onboard/gpu-devices.ts';
import { renderGpuSet } from '../../render/gpu.ts';

export default class GpuSet extends NemoclawCommand {
  static override summary = 'Give a sandbox a GPU in another way, or none.';
  static override description =
    'The container is replaced by one that has it, and the agent and the GPU are proved in it. If that fails, the old container comes back. State and workspace stay.';
  static override args = {
    ...sandboxArgs,
    strategy: Args.string({ description: 'A strategy of `gpu list`, `auto` or `off`.', required: true }),
  };
  static override flags = {
    device: Flags.string({
      summary:
        'GPU to give, by CDI name or number; several times for several. Default: what the sandbox was made with.',
      multiple: true,
    }),
  };
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(GpuSet);
    const devices = gpuDevices(flags.device);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.gpuSet(args.name, args.strategy, {
      ...call,
      ...(devices === undefined ? {} : { devices }),
    });
    this.warnings.push(...result.warnings);
    await this.show(renderGpuSet(args.name, result));
    return result;
  }
}
