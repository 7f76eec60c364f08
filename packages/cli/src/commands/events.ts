import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { renderEvents } from '../render/events.ts';

export default class Events extends NemoclawCommand {
  static override summary = 'Show what was out of the ordinary with its containers.';
  static override description =
    'Seen whenever a command looked at the engine, the same once: containers with its labels that are not its own, one that is gone, a replacement that was cut off.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;

  async run(): Promise<unknown> {
    const { args } = await this.parse(Events);
    const { nemoclaw } = await this.open();
    const result = await nemoclaw.events(args.name);
    await this.show(renderEvents(args.name, result.events, new Date()));
    return result;
  }
}
