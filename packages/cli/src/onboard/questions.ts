import type { Nemoclaw, ProviderRecord } from '@nemoclaw/core';
import type { Program } from '../program.ts';

export const AUTO = 'auto';

type Agents = Awaited<ReturnType<Nemoclaw['agents']>>;

export function agentQuestion(agents: Agents, program: Program) {
  const choices = agents.map(({ id, title, version }) => ({ value: id, name: `${title} ${version}` }));
  const usual = choices.find(({ value }) => value === program.defaults.agent)?.value;
  return { message: 'Agent', choices, ...(usual === undefined ? {} : { default: usual }) };
}

export function providerQuestion(providers: readonly ProviderRecord[]) {
  const choices = providers.map(({ id, title, scope }) => ({
    value: id,
    name: scope === 'local' ? `${title}, on this host` : title,
  }));
  return {
    message: 'Where the model is',
    choices: [{ value: AUTO, name: 'Look for one on this host' }, ...choices],
    default: AUTO,
  };
}

export function needsEndpoint(provider: ProviderRecord | undefined): boolean {
  return provider !== undefined && provider.baseUrl === undefined && provider.port === undefined;
}

export function needsCredential(provider: ProviderRecord | undefined): boolean {
  return provider?.credential === 'required';
}
