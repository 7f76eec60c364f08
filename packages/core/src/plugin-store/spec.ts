import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';

/** Where a plugin is to come from, as the user wrote it. */
export type PluginSpec =
  | { type: 'registry'; name: string; wanted: string; text: string }
  | { type: 'git'; text: string }
  | { type: 'tarball'; path: string; text: string };

const PACKAGE = /^((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([\w.^~<>=|*+ -]{1,100}))?$/;
const GIT = /^(?:git[+:@]|ssh:|github:|gitlab:|bitbucket:|gist:)|\.git(?:#.*)?$|^[\w.-]+\/[\w.-]+(?:#.*)?$/;

const refuse = (text: string, message: string, hint: string) =>
  codedError('PLUGIN_SPEC_INVALID', { message, hint, details: { spec: text } });

/** PLUGIN_SPEC_INVALID for what is neither a package of the registry nor a tarball nor a git address. */
export const parseSpec = (given: string): PluginSpec => {
  const text = oneLine(given, 500);
  if (text !== given || text === '' || text.startsWith('-'))
    throw refuse(
      text,
      `${JSON.stringify(text)} is not the name of a package.`,
      'Name a package: `acme-gpu` or `acme-gpu@1.2.0`.',
    );
  if (/^(?:file:|[./~])/.test(text)) {
    const path = text.replace(/^file:(?:\/\/)?/, '');
    if (/\.t(?:ar\.)?gz$/.test(path)) return { type: 'tarball', path, text };
    throw refuse(
      text,
      `${text} is a folder.`,
      `A plugin that you are writing is linked: \`nemoclaw plugins link ${text}\`.`,
    );
  }
  if (GIT.test(text) && !PACKAGE.test(text)) return { type: 'git', text };
  const found = PACKAGE.exec(text);
  if (found) return { type: 'registry', name: found[1] ?? '', wanted: found[2] ?? 'latest', text };
  if (/^https?:/.test(text))
    throw refuse(
      text,
      'A plugin is not installed from a web address.',
      'Download the tarball and name the file, or publish it to a registry.',
    );
  throw refuse(text, `${text} is neither a package nor a tarball.`, 'Name a package: `acme-gpu` or `acme-gpu@1.2.0`.');
};
