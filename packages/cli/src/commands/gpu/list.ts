import { NemoclawCommand } from '../../base-command.ts';
import { renderGpuList } from '../../render/gpu.ts';

export default class GpuList extends NemoclawCommand {
  static override summary = 'Show which GPU strategies apply to this host, and why.';

  async run(): Promise<unknown> {
    await this.parse(GpuList);
    const { nemoclaw, call } = await this.open();
    const result = await nemoclaw.gpuList(call);
    await this.show(renderGpuList(result));
    return result;
  }
}
