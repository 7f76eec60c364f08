import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { GrammarCommand } from './grammar/rewrite.ts';

/** Files that the build makes, so that hot commands need neither oclif nor zod; `scripts/` writes them. */
export const GENERATED = {
  /** All commands with scope and aliases: GrammarCommand[]. */
  commands: 'commands.json',
  /** Names of the built-in plugins' packages. */
  plugins: 'plugins.json',
  /** `export default (value) => boolean`: what zod would say of a sandbox's record. */
  recordValidator: 'record-validator.js',
  /** Root help of a program, 80 columns and more, without colour; `@USER_AGENT@` stands for the version line. */
  help: (bin: string) => `help-${bin}.txt`,
} as const;

export const USER_AGENT_MARK = '@USER_AGENT@';

export function generatedFolder(root: string): URL {
  return pathToFileURL(join(root, 'dist', 'generated', '/'));
}

export function readCommandIndex(generated: URL): GrammarCommand[] {
  return JSON.parse(readFileSync(new URL(GENERATED.commands, generated), 'utf8')) as GrammarCommand[];
}
