import { CodedError } from '@nemoclaw/plugin-api';
import { type GrammarCommand, reservedNames } from '../grammar/rewrite.ts';
import { checkSandboxName } from '../grammar/sandbox-arg.ts';

/** A new name must be one that the name-first grammar can reach: not the first word of a command. */
export function checkNewName(name: string, commands: readonly GrammarCommand[], bin: string): string {
  checkSandboxName(name);
  if (!reservedNames(commands).includes(name)) return name;
  throw new CodedError('NAME_IS_COMMAND', {
    message: `"${name}" is a command of ${bin}, so a sandbox can't have that name.`,
    hint: `Another one, for instance: ${bin} onboard --name my-${name}`,
  });
}
