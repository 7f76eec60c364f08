/** What the grammar needs of a command; the oclif manifest carries it, since `scope` is a static of the class. */
export interface GrammarCommand {
  /** Canonical id, `gateway:restart`. */
  id: string;
  /** `sandbox`: the first argument is a sandbox's name, so the command may be written name-first. */
  scope?: 'sandbox';
  aliases?: string[];
  /** Package of the oclif plugin that it comes from; absent for our own. */
  plugin?: string;
}

export const SANDBOX_NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** Where `nemoclaw <name>` alone ends up. */
export const SANDBOX_COMMAND = 'sandbox';

/** Words that can't be a sandbox's name: first words of commands, topics and aliases. */
export function reservedNames(commands: readonly GrammarCommand[]): string[] {
  const ids = commands.flatMap((command) => [command.id, ...(command.aliases ?? [])]);
  return [...new Set(ids.map((id) => id.split(':')[0]!))].sort();
}

/**
 * Name-first to canonical: `demo gateway restart --json` → `gateway restart demo --json`. A command, topic or alias of
 * the same name wins; what is not understood is handed on as it came, so that oclif can say what is wrong with it.
 */
export function rewriteArgv(argv: readonly string[], commands: readonly GrammarCommand[]): string[] {
  const [name, ...rest] = argv;
  if (name === undefined || !SANDBOX_NAME.test(name) || reservedNames(commands).includes(name)) return [...argv];

  const flagAt = rest.findIndex((word) => word.startsWith('-'));
  const words = flagAt === -1 ? rest : rest.slice(0, flagAt);
  if (words.length === 0) return rewriteBareName(name, rest);

  const scoped = new Set(commands.filter((command) => command.scope === 'sandbox').map((command) => command.id));
  for (let length = words.length; length > 0; length--) {
    const verb = words.slice(0, length);
    if (scoped.has(verb.join(':'))) return [...verb, name, ...rest.slice(length)];
  }
  const topic = words.join(':');
  if ([...scoped].some((id) => id.startsWith(`${topic}:`))) return [...words, '--help'];
  return [...argv];
}

/** `demo`, `demo --json`, `demo --help`. Other flags without a verb are more likely a mistyped command. */
function rewriteBareName(name: string, flags: readonly string[]): string[] {
  if (flags.some((flag) => flag === '--help' || flag === '-h')) return [SANDBOX_COMMAND, '--help'];
  if (flags.every((flag) => flag === '--json' || flag === '--live' || flag === '--verbose')) {
    return [SANDBOX_COMMAND, name, ...flags];
  }
  return [name, ...flags];
}
