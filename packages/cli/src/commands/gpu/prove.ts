import { NemoclawCommand } from '../../base-command.ts';
import { sandboxArgs } from '../../grammar/sandbox-arg.ts';
import { renderGpuProof } from '../../render/gpu.ts';

export default class GpuProve extends NemoclawCommand {
  static override summary = 'Prove from inside a sandbox that its GPU works.';
  static override description = 'As the gateway and as the tools. Exit 1 when it fails; the record says so then.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args } = await this.parse(GpuProve);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.gpuProve(args.name, call);
    const { proof } = result;
    await this.show(renderGpuProof(proof));
    if (proof.result === 'failed')
      this.fail({
        code: 'GPU_PROOF_FAILED',
        message: proof.summary,
        ...(proof.remedy.length > 0 ? { hint: proof.remedy.join('\n') } : {}),
      });
    return result;
  }
}
