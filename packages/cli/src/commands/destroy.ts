import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderDestroy } from '../render/endings.ts';
import { isInteractive } from '../runtime/terminal.ts';

export default class Destroy extends NemoclawCommand {
  static override summary = 'Remove a sandbox with its volumes and secrets.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask.', env: 'NEMOCLAW_YES' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Destroy);
    if (!flags.yes) await this.#ask(args.name);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.destroy(args.name, call);
    await this.show(renderDestroy(args.name, result));
    return result;
  }

  async #ask(name: string): Promise<void> {
    if (!isInteractive() || this.jsonEnabled()) {
      this.usage(`destroy removes ${name} for good and nobody can be asked here.`, 'Say --yes or set NEMOCLAW_YES=1.');
    }
    const { confirm } = await import('@inquirer/prompts');
    const message = `Remove ${name}, its conversations and its workspace for good?`;
    const sure = await confirm({ message, default: false }, { output: process.stderr });
    if (sure) return;
    process.stderr.write('Nothing was removed.\n');
    this.exit(1);
  }
}
