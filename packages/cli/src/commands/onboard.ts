import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../base-command.ts';
import { askOnboard } from '../onboard/ask.ts';
import { readCredential } from '../onboard/credential.ts';
import { toOnboardInput } from '../onboard/input.ts';
import { checkNewName } from '../onboard/new-name.ts';
import { renderOnboard } from '../render/onboard.ts';
import { isInteractive } from '../runtime/terminal.ts';

export default class Onboard extends NemoclawCommand {
  static override summary = 'Make a sandbox with an agent in it, and prove that it works.';
  static override description =
    'On a terminal, what is not said is asked, unless --yes. Elsewhere a missing choice is an error that names its flag.';
  static override args = { sandbox: Args.string({ description: 'Name of the new sandbox; the same as --name.' }) };
  static override examples = [
    '<%= config.bin %> onboard --name demo --yes',
    'echo "$KEY" | <%= config.bin %> onboard --name demo --provider openai --model gpt-5 --credential-stdin --yes',
  ];
  static override flags = {
    name: Flags.string({ char: 'n', summary: 'Name of the new sandbox.', env: 'NEMOCLAW_NAME' }),
    agent: Flags.string({
      summary: 'Agent to run; `agents` lists them. Default: <%= config.pjson.nemoclaw.defaults.agent %>.',
      env: 'NEMOCLAW_AGENT',
    }),
    provider: Flags.string({
      char: 'p',
      summary: 'Where the model is; `auto` looks for one on this host.',
      env: 'NEMOCLAW_PROVIDER',
    }),
    model: Flags.string({
      char: 'm',
      summary: "Model; default: the provider's only or first one.",
      env: 'NEMOCLAW_MODEL',
    }),
    endpoint: Flags.string({ summary: "URL of the provider's API.", env: 'NEMOCLAW_ENDPOINT' }),
    'credential-env': Flags.string({
      summary: 'Name of the variable that holds the key; the key itself is never an argument.',
      env: 'NEMOCLAW_CREDENTIAL_ENV',
      exclusive: ['credential-stdin'],
    }),
    'credential-stdin': Flags.boolean({ summary: 'Read the key from stdin.', env: 'NEMOCLAW_CREDENTIAL_STDIN' }),
    gpu: Flags.string({ summary: '`auto`, `off` or a strategy of `gpu list`.', default: 'auto', env: 'NEMOCLAW_GPU' }),
    'gpu-device': Flags.string({
      summary: 'GPU to give, by CDI name or number; several times for several. Default: all that there are.',
      multiple: true,
      env: 'NEMOCLAW_GPU_DEVICE',
    }),
    profile: Flags.option({
      summary: "How much of the model's context the agent's own prompt may take.",
      options: ['auto', 'full', 'compact'] as const,
      default: 'auto' as const,
      env: 'NEMOCLAW_PROFILE',
    })(),
    isolation: Flags.option({
      summary:
        "As whom the agent's commands run: `separate` from its gateway, or `shared` with it; `auto` is separate where memory allows.",
      options: ['auto', 'separate', 'shared'] as const,
      default: 'auto' as const,
      env: 'NEMOCLAW_ISOLATION',
    })(),
    smoke: Flags.boolean({
      summary: 'Prove tool isolation, and end with one real answer of the agent.',
      allowNo: true,
      default: true,
      env: 'NEMOCLAW_SMOKE',
    }),
    forward: Flags.boolean({
      summary: "Reach a model server that listens on the host's 127.0.0.1 only.",
      env: 'NEMOCLAW_FORWARD',
    }),
    port: Flags.integer({
      summary: 'Port of ingress on 127.0.0.1; default: a free one.',
      min: 1,
      max: 65535,
      env: 'NEMOCLAW_PORT',
    }),
    yes: Flags.boolean({ char: 'y', summary: 'Take defaults, ask nothing.', env: 'NEMOCLAW_YES' }),
    'dry-run': Flags.boolean({ summary: 'Print the plan, make nothing.', env: 'NEMOCLAW_DRY_RUN' }),
    quiet: Flags.boolean({ summary: 'No progress.', env: 'NEMOCLAW_QUIET' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Onboard);
    const said = { ...flags, name: flags.name ?? args.sandbox };
    if (said.name !== undefined) checkNewName(said.name, this.grammar, this.program.bin);
    const given = await readCredential(said, process.env);
    const { nemoclaw, providers, call } = await this.open({ quiet: flags.quiet, changes: true });
    const theirs = (await nemoclaw.plugins()).flatMap(({ commands = [] }) => commands);
    const taken = [...this.grammar, ...theirs.map((said) => ({ id: said.replaceAll(' ', ':') }))];
    if (said.name !== undefined) checkNewName(said.name, taken, this.program.bin);
    const mayAsk = isInteractive() && !flags.yes && !this.jsonEnabled();
    const { choices, credential } = mayAsk
      ? await askOnboard(said, given, { program: this.program, commands: taken, nemoclaw, providers })
      : { choices: said, credential: given };
    const result = await nemoclaw.onboard(toOnboardInput(choices, this.program, credential), call);
    this.warnings.push(...result.warnings);
    await this.show(renderOnboard(result, this.program.bin));
    if (!this.jsonEnabled()) for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
    return result;
  }
}
