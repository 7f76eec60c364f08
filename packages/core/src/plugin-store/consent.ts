import { codedError } from '../errors/index.ts';

/** What the user is shown before a plugin is installed. */
export interface PluginOffer {
  name: string;
  version: string;
  /** Address of the tarball, or the folder of a linked one. */
  source: string;
  integrity?: string;
  contributions: { kind: string; id: string }[];
  hooks: { name: string; order: number; timeoutMs: number }[];
  /** As a user says them: `acme report`. A registry does not name them: then they are checked once it is downloaded. */
  commands: string[] | 'unnamed';
  /** Scripts that npm would have run; they do not run. */
  installScripts: string[];
  /** Version that it takes the place of. */
  replaces?: string;
  /** On the user's allow-list. */
  allowed: boolean;
}

export interface Consent {
  show(offer: PluginOffer): void | Promise<void>;
  /** Absent where nobody can be asked, or `--yes` was said: then only the allow-list decides. */
  ask?(offer: PluginOffer): Promise<boolean>;
}

/** An entry is a name, `name@version`, or a whole scope: `@acme/*`. */
export const isAllowed = (allow: readonly string[], name: string, version: string): boolean =>
  allow.some(
    (entry) =>
      entry === name ||
      entry === `${name}@${version}` ||
      (/^@[a-z0-9._~-]+\/\*$/.test(entry) && name.startsWith(entry.slice(0, -1))),
  );

/** PLUGIN_NOT_ALLOWED, PLUGIN_DECLINED. */
export const obtainConsent = async (offer: PluginOffer, consent: Consent): Promise<void> => {
  await consent.show(offer);
  const plugin = `${offer.name}@${offer.version}`;
  if (consent.ask) {
    if (await consent.ask(offer)) return;
    throw codedError('PLUGIN_DECLINED', { plugin });
  }
  if (offer.allowed) return;
  throw codedError('PLUGIN_NOT_ALLOWED', {
    message: `${plugin} is not on the allow-list, and nobody was asked.`,
    hint: `Run the command on a terminal without --yes and confirm, or set NEMOCLAW_PLUGIN_ALLOW=${offer.name} (\`plugins.allow\` in config.json).`,
    plugin,
  });
};
