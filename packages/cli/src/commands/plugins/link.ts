import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import { NemoclawCommand } from '../../base-command.ts';
import { renderChange, renderOffer } from '../../render/plugins.ts';

export default class PluginsLink extends NemoclawCommand {
  static override summary = 'Use a plugin that you are writing from where it lies.';
  static override args = { folder: Args.string({ default: '.', description: 'Folder of its package.json.' }) };

  async run(): Promise<unknown> {
    const { args } = await this.parse(PluginsLink);
    const { nemoclaw, call } = await this.open({ changes: true });
    const consent = {
      show: (offer: Parameters<typeof renderOffer>[0]) => {
        if (!this.jsonEnabled()) process.stderr.write(renderOffer(offer));
      },
    };
    const change = await nemoclaw.pluginStore.link(resolve(args.folder), { ...call, consent });
    await this.show(renderChange(change));
    return change;
  }
}
