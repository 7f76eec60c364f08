import type { Consent } from '@nemoclaw/core';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { NemoclawCommand } from '../../base-command.ts';
import { renderChange, renderOffer } from '../../render/plugins.ts';
import { isInteractive } from '../../runtime/terminal.ts';

export default class PluginsInstall extends NemoclawCommand {
  static override summary = 'Install a plugin from the npm registry, or from a tarball.';
  static override description =
    'Name, version, source, integrity, contributions and hooks are shown and confirmed. Where nobody can be asked, or with --yes, only a plugin on the allow-list (NEMOCLAW_PLUGIN_ALLOW) is installed. Scripts of packages never run.';
  static override args = {
    package: Args.string({ required: true, description: 'name, name@version, or a .tgz file.' }),
  };
  static override flags = {
    yes: Flags.boolean({ char: 'y', summary: 'Do not ask; the allow-list decides.', env: 'NEMOCLAW_YES' }),
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(PluginsInstall);
    const { nemoclaw, call } = await this.open({ changes: true });
    const consent: Consent = {
      show: (offer) => {
        if (!this.jsonEnabled()) process.stderr.write(renderOffer(offer));
      },
    };
    if (!flags.yes && isInteractive() && !this.jsonEnabled()) {
      consent.ask = async ({ name, version }) => {
        const { confirm } = await import('@inquirer/prompts');
        const message = `Install ${name}@${version}? Its code runs with your rights.`;
        return confirm({ message, default: false }, { output: process.stderr, signal: call.signal });
      };
    }
    const change = await nemoclaw.pluginStore.install(args.package, { ...call, consent, cwd: process.cwd() });
    await this.show(renderChange(change));
    return change;
  }
}
