import * as Args from '@oclif/core/args';
import { NemoclawCommand } from '../../base-command.ts';
import { renderChange } from '../../render/plugins.ts';

export default class PluginsUninstall extends NemoclawCommand {
  static override summary = 'Take an installed or linked plugin away.';
  static override args = { plugin: Args.string({ required: true, description: 'Name of its package.' }) };

  async run(): Promise<unknown> {
    const { args } = await this.parse(PluginsUninstall);
    const { nemoclaw, call } = await this.open({ changes: true });
    const change = await nemoclaw.pluginStore.uninstall(args.plugin, call);
    await this.show(renderChange(change));
    return change;
  }
}
