import { CodedError } from '@nemoclaw/plugin-api';
import * as Args from '@oclif/core/args';
import { NemoclawCommand } from '../../base-command.ts';
import { renderPlugin } from '../../render/plugins.ts';

export default class PluginsInspect extends NemoclawCommand {
  static override summary = 'Show the contributions and hooks of a plugin.';
  static override args = { plugin: Args.string({ description: 'Name of its package.' }) };

  async run(): Promise<unknown> {
    const { args } = await this.parse(PluginsInspect);
    const { nemoclaw } = await this.open();
    const all = await nemoclaw.plugins();
    const plugins = args.plugin === undefined ? all : all.filter(({ name }) => name === args.plugin);
    if (args.plugin !== undefined && plugins.length === 0) {
      throw new CodedError('PLUGIN_NOT_FOUND', {
        message: `No plugin is called ${args.plugin}.`,
        hint: `\`${this.program.bin} plugins\` lists them.`,
      });
    }
    await this.show(plugins.map(renderPlugin).join('\n'));
    return { plugins };
  }
}
