import type { Command } from '@oclif/core/command';
import { CommandHelp, Help } from '@oclif/core/help';
import { SANDBOX_COMMAND } from './grammar/rewrite.ts';

type Loadable = Command.Loadable & { scope?: 'sandbox' };

/** Usage of `gateway restart` reads `$ nemoclaw NAME gateway restart`. */
class ScopedCommandHelp extends CommandHelp {
  protected override usage(): string {
    const text = super.usage();
    if ((this.command as Loadable).scope !== 'sandbox') return text;
    const { bin } = this.config;
    const id = this.command.id.replaceAll(':', ' ');
    const verb = id === SANDBOX_COMMAND ? '' : ` ${id}`;
    // oclif fills in the id before it wraps a line only where the line is short.
    return [id, '<%= command.id %>'].reduce(
      (line, was) =>
        line
          .replace(`${bin} ${was} NAME`, `${bin} NAME${verb}`)
          .replace(`${bin} ${was} [NAME]`, `${bin} [NAME]${verb}`),
      text,
    );
  }
}

/** What commands of oclif's own plugins leave out. */
const UNSAID: Record<string, string> = { version: 'Print the version.' };

/** oclif's help, with the commands of one sandbox under a heading of their own and written name-first. */
export default class NemoclawHelp extends Help {
  protected override CommandHelpClass = ScopedCommandHelp;

  protected override async showRootHelp(): Promise<void> {
    const commands = (this.sortedCommands as Loadable[]).filter(({ id, aliases }) => !aliases.includes(id));
    this.log(this.formatRoot());
    this.log('');
    this.log(this.section('COMMANDS', this.#rows(commands.filter(({ scope }) => scope === undefined))));
    this.log('');
    this.log(this.#sandboxSection(commands));
    this.log('');
  }

  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    await super.showCommandHelp(command);
    if (command.id !== SANDBOX_COMMAND) return;
    this.log(this.#sandboxSection(this.sortedCommands as Loadable[]));
    this.log('');
  }

  #sandboxSection(commands: Loadable[]): string {
    const scoped = commands.filter(({ scope }) => scope === 'sandbox');
    return this.section(`COMMANDS OF A SANDBOX: ${this.config.bin} NAME COMMAND`, this.#rows(scoped));
  }

  #rows(commands: Loadable[]): string {
    const rows = commands.map((command): [string, string | undefined] => [
      command.id.replaceAll(':', ' '),
      this.summary(command) ?? UNSAID[command.id],
    ]);
    return this.renderList(rows, { indentation: 2, spacer: '\n', stripAnsi: this.opts.stripAnsi ?? false });
  }
}
