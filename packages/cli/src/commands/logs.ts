import { stripControl } from '@nemoclaw/core/text';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';

export default class Logs extends NemoclawCommand {
  static override summary = 'Print what the agent or its relay wrote.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    tail: Flags.integer({ summary: 'Lines from the end.', default: 200, min: 0, env: 'NEMOCLAW_LOGS_TAIL' }),
    follow: Flags.boolean({ char: 'f', summary: 'Go on as lines come.' }),
    source: Flags.option({ summary: 'Whose log.', options: ['agent', 'relay'] as const, default: 'agent' as const })(),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Logs);
    if (flags.follow && this.jsonEnabled()) this.usage('--follow has no end, so it has no --json.');
    const { nemoclaw, call, interruptedBy } = await this.open();
    const lines: { stream: string; text: string }[] = [];
    try {
      for await (const line of nemoclaw.logs(args.name, { ...call, ...flags })) {
        const clean = { stream: line.stream, text: stripControl(line.text) };
        if (this.jsonEnabled()) lines.push(clean);
        else process.stdout.write(clean.text.endsWith('\n') ? clean.text : `${clean.text}\n`);
      }
    } catch (error) {
      // Ctrl+C is how following ends.
      if (!flags.follow || interruptedBy() === undefined) throw error;
    }
    return { lines };
  }
}
