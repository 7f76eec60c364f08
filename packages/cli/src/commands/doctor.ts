import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { optionalSandboxArgs } from '../grammar/sandbox-arg.ts';
import { doctorFailures, renderDoctor } from '../render/doctor.ts';

export default class Doctor extends NemoclawCommand {
  static override summary = 'Run every check; without NAME, of the host only.';
  static override args = optionalSandboxArgs;
  static override scope = 'sandbox' as const;
  static override flags = {
    tools: Flags.boolean({
      summary: "Also prove as whom the agent's commands run: it is made to run one, without asking the model.",
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Doctor);
    const { nemoclaw, call } = await this.open();
    const result = await nemoclaw.doctor(args.name, { ...call, tools: flags.tools });
    await this.show(renderDoctor(result));
    const failures = doctorFailures(result);
    if (failures > 0) {
      const all = result.checks.length + result.results.length;
      this.fail({ code: 'CHECKS_FAILED', message: `${failures} of ${all} checks failed.` });
    }
    return result;
  }
}
