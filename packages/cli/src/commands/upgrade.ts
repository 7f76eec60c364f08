import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderUpgrade } from '../render/upgrade.ts';

export default class Upgrade extends NemoclawCommand {
  static override summary = 'Replace its container by one of the image that is made today.';
  static override description =
    'The new image is made from the installed agent, parent image and this program. The new container is proved, or the old one comes back. State and workspace stay. Where the image is the same, nothing is touched.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args } = await this.parse(Upgrade);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.upgrade(args.name, call);
    this.warnings.push(...result.warnings);
    await this.show(renderUpgrade(args.name, result));
    return result;
  }
}
