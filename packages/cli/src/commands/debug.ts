import { resolve } from 'node:path';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { optionalSandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderDebug } from '../render/debug.ts';

export default class Debug extends NemoclawCommand {
  static override summary = 'Pack what helps to find a fault into one file, without secrets.';
  static override description =
    'Evidence of failures, state, status, doctor, engine, plugins and versions; without NAME, of all sandboxes. Works without an engine. Look at it before you hand it on: it names your models, addresses and plugins.';
  static override args = optionalSandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'File to write, tar.gz; must not be there yet.' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Debug);
    const { nemoclaw, call } = await this.open();
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const output = resolve(flags.output ?? `nemoclaw-debug-${args.name ?? 'all'}-${stamp}.tar.gz`);
    const result = await nemoclaw.debug(args.name, { ...call, output });
    await this.show(renderDebug(result));
    return result;
  }
}
