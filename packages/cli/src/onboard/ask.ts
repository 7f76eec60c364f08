import type { Nemoclaw } from '@nemoclaw/core';
import { isCodedError } from '@nemoclaw/plugin-api';
import type { GrammarCommand } from '../grammar/rewrite.ts';
import type { Program } from '../program.ts';
import type { OnboardChoices } from './input.ts';
import { checkNewName } from './new-name.ts';

/** Asks for name, agent and provider where they were not said; the rest has defaults that fit nearly everybody. */
export async function askOnboard<C extends OnboardChoices>(
  said: C,
  program: Program,
  commands: readonly GrammarCommand[],
  nemoclaw: Pick<Nemoclaw, 'agents'>,
): Promise<C> {
  const { input, select } = await import('@inquirer/prompts');
  const name =
    said.name ??
    (await input({
      message: 'Name of the sandbox',
      default: 'demo',
      validate: (value) => whyNotName(value, program, commands),
    }));
  const agent = said.agent ?? (await select(agentQuestion(await nemoclaw.agents(), program)));
  const provider =
    said.provider ??
    (await input({ message: 'Provider of the model (auto looks for one on this host)', default: 'auto' }));
  return { ...said, name, agent, provider };
}

function agentQuestion(agents: Awaited<ReturnType<Nemoclaw['agents']>>, program: Program) {
  const choices = agents.map(({ id, title, version }) => ({ value: id, name: `${title} ${version}` }));
  const usual = choices.find(({ value }) => value === program.defaults.agent)?.value;
  return { message: 'Agent', choices, ...(usual === undefined ? {} : { default: usual }) };
}

function whyNotName(value: string, program: Program, commands: readonly GrammarCommand[]): true | string {
  try {
    checkNewName(value, commands, program.bin);
    return true;
  } catch (error) {
    if (isCodedError(error)) return `${error.message} ${error.hint ?? ''}`;
    throw error;
  }
}
