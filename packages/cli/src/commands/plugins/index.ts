import { NemoclawCommand } from '../../base-command.ts';
import { renderPlugins } from '../../render/plugins.ts';

export default class Plugins extends NemoclawCommand {
  static override aliases = ['plugins:list'];
  static override summary = 'List the plugins and what they contribute.';

  async run(): Promise<unknown> {
    await this.parse(Plugins);
    const { nemoclaw } = await this.open();
    const plugins = await nemoclaw.plugins();
    await this.show(renderPlugins(plugins));
    return { plugins };
  }
}
