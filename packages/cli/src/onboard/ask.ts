import type { Nemoclaw, ProviderRecord } from '@nemoclaw/core';
import { isCodedError } from '@nemoclaw/plugin-api';
import type { GrammarCommand } from '../grammar/rewrite.ts';
import type { Program } from '../program.ts';
import type { OnboardChoices } from './input.ts';
import { checkNewName } from './new-name.ts';
import { AUTO, agentQuestion, needsCredential, needsEndpoint, providerQuestion } from './questions.ts';

export interface Answers<C extends OnboardChoices> {
  choices: C;
  credential?: string | undefined;
}

interface Context {
  program: Program;
  commands: readonly GrammarCommand[];
  nemoclaw: Pick<Nemoclaw, 'agents'>;
  providers: readonly ProviderRecord[];
}

/** Asks for what was not said and has no default that fits nearly everybody: name, agent, provider and its key. */
export async function askOnboard<C extends OnboardChoices>(
  said: C,
  credential: string | undefined,
  { program, commands, nemoclaw, providers }: Context,
): Promise<Answers<C>> {
  const { input, password, select } = await import('@inquirer/prompts');
  // stdout is for results.
  const where = { output: process.stderr };
  const validate = (value: string): true | string => whyNotName(value, program, commands);
  const name = said.name ?? (await input({ message: 'Name of the sandbox', default: 'demo', validate }, where));
  const agent = said.agent ?? (await select(agentQuestion(await nemoclaw.agents(), program), where));
  const provider = said.provider ?? (await select(providerQuestion(providers), where));
  const record = provider === AUTO ? undefined : providers.find(({ id }) => id === provider);
  const endpoint =
    said.endpoint ??
    (needsEndpoint(record) ? await input({ message: 'URL of its API', required: true }, where) : undefined);
  const key =
    credential ?? (needsCredential(record) ? await password({ message: 'Its key', mask: true }, where) : undefined);
  return { choices: { ...said, name, agent, provider, endpoint }, credential: key };
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
