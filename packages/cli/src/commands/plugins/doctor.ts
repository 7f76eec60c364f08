import { NemoclawCommand } from '../../base-command.ts';
import { brokenPlugins, renderPluginsDoctor } from '../../render/plugins.ts';

export default class PluginsDoctor extends NemoclawCommand {
  static override summary = 'Say what is wrong with which plugin: its files, its modules, what it did before.';

  async run(): Promise<unknown> {
    await this.parse(PluginsDoctor);
    const { nemoclaw } = await this.open();
    const plugins = await nemoclaw.pluginsDoctor();
    await this.show(renderPluginsDoctor(plugins));
    const broken = brokenPlugins(plugins);
    if (broken.length > 0) {
      this.fail({ code: 'CHECKS_FAILED', message: `${broken.length} of ${plugins.length} plugins have a fault.` });
    }
    return { plugins };
  }
}
