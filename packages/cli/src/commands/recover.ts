import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { sandboxArgs } from '../grammar/sandbox-arg.ts';
import { readCredential } from '../onboard/credential.ts';
import { renderRecover } from '../render/endings.ts';

export default class Recover extends NemoclawCommand {
  static override summary = 'Finish or undo what broke off, and bring it back.';
  static override description =
    'From any state to one healthy sandbox that is proved again, or to none where it never came to be; says what it did. Flags tell it what has changed outside.';
  static override args = sandboxArgs;
  static override scope = 'sandbox' as const;
  static override examples = [
    '<%= config.bin %> demo recover',
    '<%= config.bin %> demo recover --endpoint http://127.0.0.1:8081/v1',
  ];
  static override flags = {
    endpoint: Flags.string({ summary: "URL of the provider's API, when it has moved." }),
    model: Flags.string({ char: 'm', summary: 'Model, when the provider has another one now.' }),
    'credential-env': Flags.string({
      summary: 'Name of the variable that holds the key: a new one, or the old one for another address.',
      exclusive: ['credential-stdin'],
    }),
    'credential-stdin': Flags.boolean({ summary: 'Read the key from stdin.', default: false }),
    forward: Flags.boolean({ summary: "Reach a model server that listens on the host's 127.0.0.1 only." }),
    port: Flags.integer({ summary: 'Another port of ingress on 127.0.0.1.', min: 1, max: 65535 }),
    'accept-empty-state': Flags.boolean({
      summary: "Where the volume with the agent's state is gone: go on with an empty one.",
    }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Recover);
    const credential = await readCredential(flags, process.env);
    const { nemoclaw, call } = await this.open({ changes: true });
    const result = await nemoclaw.recover(args.name, {
      ...call,
      ...(flags.endpoint === undefined ? {} : { endpoint: flags.endpoint }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
      ...(credential === undefined ? {} : { credential }),
      acceptEmptyState: flags['accept-empty-state'],
      ...(flags.forward ? { forward: true } : {}),
      ...(flags.port === undefined ? {} : { ingressPort: flags.port }),
    });
    await this.show(renderRecover(args.name, result));
    return result;
  }
}
