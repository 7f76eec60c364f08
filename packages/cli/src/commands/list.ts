import { NemoclawCommand } from '../base-command.ts';
import { byName, renderList } from '../render/list.ts';

export default class List extends NemoclawCommand {
  static override summary = 'List the sandboxes, as recorded.';
  static override aliases = ['ls'];

  async run(): Promise<unknown> {
    await this.parse(List);
    const { nemoclaw } = await this.open();
    const { records, unreadable, conditions } = await nemoclaw.list();
    const sorted = byName(records);
    await this.show(renderList(sorted, this.program.bin, new Date(), conditions));
    if (unreadable.length > 0) {
      const what = unreadable.map(({ name, error }) => `${name}: ${error.message}`).join('; ');
      const hint = unreadable[0]!.error.hint;
      this.fail({ code: unreadable[0]!.error.code, message: what, ...(hint === undefined ? {} : { hint }) });
    }
    return { sandboxes: sorted, ...(Object.keys(conditions).length > 0 ? { conditions } : {}) };
  }
}
