import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../../base-command.ts';

const KINDS = ['gpu', 'probe', 'agent', 'driver'] as const;

export default class PluginsCreate extends NemoclawCommand {
  static override summary = 'Write a new plugin with source, tests and README, green from the start.';
  static override args = {
    kind: Args.string({ required: true, options: [...KINDS], description: 'What it contributes.' }),
    name: Args.string({ required: true, description: 'Name of the package: my-gpu, @acme/my-gpu.' }),
  };
  static override flags = {
    dir: Flags.string({ summary: 'Folder to write it to; without, one of its name.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PluginsCreate);
    const { createPlugin } = await import('@nemoclaw/core');
    const kind = KINDS.find((known) => known === args.kind) ?? this.usage(`${args.kind} is no kind of plugin.`);
    const folder = resolve(flags.dir ?? args.name.split('/').at(-1) ?? args.name);
    const made = await createPlugin({ kind, name: args.name, folder, version: this.config.version });
    await this.show(`Wrote ${made.files.length} files to ${made.folder}.\nNext: npm install && npm test\n`);
    return made;
  }
}
