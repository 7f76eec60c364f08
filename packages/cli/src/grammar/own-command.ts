import type { GrammarCommand } from './rewrite.ts';

/** Whether canonical argv names a command of this package, so that oclif's plugins need not be loaded for it. */
export function isOwnCommand(argv: readonly string[], commands: readonly GrammarCommand[]): boolean {
  const flagAt = argv.findIndex((word) => word.startsWith('-'));
  const words = flagAt === -1 ? argv : argv.slice(0, flagAt);
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':');
    const command = commands.find((candidate) => candidate.id === id);
    if (command !== undefined) return command.plugin === undefined;
  }
  return false;
}
