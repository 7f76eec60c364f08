import { PassThrough } from 'node:stream';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { splitExec } from '../grammar/split-exec.ts';
import { collect } from '../runtime/collect.ts';
import { requestExit } from '../runtime/ending.ts';
import { withTerminal } from '../runtime/raw-terminal.ts';

export default class Exec extends NemoclawCommand {
  static override summary = 'Run a command in the sandbox; its exit code is ours.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override strict = false;
  static override usage = 'exec NAME [--as tools|gateway] [--tty] [--json] -- COMMAND...';
  static override examples = ['<%= config.bin %> demo exec -- ls -la /workspace'];
  static override flags = {
    as: Flags.option({
      summary: 'Whose uid, groups and walls.',
      options: ['tools', 'gateway'] as const,
      default: 'tools' as const,
    })(),
    tty: Flags.boolean({
      char: 't',
      summary: 'Give it a terminal; default where stdin and stdout are one.',
      allowNo: true,
    }),
  };

  async run(): Promise<unknown> {
    const { own, command } = splitExec(this.argv);
    const { args, flags } = await this.parse(Exec, own);
    if (command.length === 0) this.usage('There is no command to run.', `${this.program.bin} ${args.name} exec -- ls`);
    const { nemoclaw, call } = await this.open({ quiet: true });
    if (this.jsonEnabled()) return this.#collected(args.name, command, flags.as);
    const tty = flags.tty ?? (process.stdin.isTTY === true && process.stdout.isTTY === true);
    const status = await withTerminal(tty, (streams) =>
      nemoclaw.exec(args.name, { argv: command, as: flags.as, ...streams }, call),
    );
    requestExit(status);
    return undefined;
  }

  /** Both streams in the envelope, stdin closed. */
  async #collected(name: string, argv: string[], as: 'tools' | 'gateway'): Promise<unknown> {
    const { nemoclaw, call } = await this.open({ quiet: true });
    const stdout = collect();
    const stderr = collect();
    const stdin = new PassThrough().end();
    const exitCode = await nemoclaw.exec(
      name,
      { argv, as, tty: false, stdin, stdout: stdout.stream, stderr: stderr.stream },
      call,
    );
    requestExit(exitCode);
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  }
}
