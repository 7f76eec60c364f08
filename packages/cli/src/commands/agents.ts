import { NemoclawCommand } from '../base-command.ts';
import { renderAgents } from '../render/agents.ts';

export default class Agents extends NemoclawCommand {
  static override summary = 'List the agents that can be onboarded.';

  async run(): Promise<unknown> {
    await this.parse(Agents);
    const { nemoclaw } = await this.open();
    const agents = await nemoclaw.agents();
    await this.show(renderAgents(agents));
    return { agents };
  }
}
