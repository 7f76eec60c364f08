import * as Args from '@oclif/core/args';
import { NemoclawCommand } from '../../base-command.ts';
import { renderChange } from '../../render/plugins.ts';

export default class PluginsRollback extends NemoclawCommand {
  static override summary = 'Go back to the version of a plugin that was there before.';
  static override args = { plugin: Args.string({ required: true, description: 'Name of its package.' }) };

  async run(): Promise<unknown> {
    const { args } = await this.parse(PluginsRollback);
    const { nemoclaw, call } = await this.open({ changes: true });
    const change = await nemoclaw.pluginStore.rollback(args.plugin, call);
    await this.show(renderChange(change));
    return change;
  }
}
