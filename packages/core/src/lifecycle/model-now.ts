import type { ModelNow } from '../api/nemoclaw.ts';
import type { SandboxRecord } from '../api/records.ts';
import { chooseProvider } from '../providers/discover.ts';
import { providersAt } from '../providers/records.ts';
import { SECRETS } from './secrets.ts';
import type { Services } from './services.ts';

/** Asks the provider itself what it gives now: a server that was started anew may have another context. Never throws. */
export const modelNow = async (
  services: Pick<Services, 'agent' | 'config' | 'store'>,
  record: SandboxRecord,
  signal: AbortSignal | undefined,
): Promise<ModelNow> => {
  try {
    const { agent } = await services.agent(record.agent.id);
    const profile = agent.profiles.find(({ id }) => id === record.agent.profile);
    if (!profile) return { unknown: `the agent has no profile ${record.agent.profile} any more` };
    const credential = await services.store.readSecret(record.name, SECRETS.provider);
    const { contextTokens } = await chooseProvider({
      provider: record.provider.id,
      endpoint: record.provider.endpoint,
      model: record.provider.model,
      ...(credential === undefined ? {} : { credential }),
      records: providersAt(services.config.providers),
      fetch,
      ...(signal ? { signal } : {}),
    });
    return { contextTokens, neededTokens: profile.promptTokens + profile.answerTokens };
  } catch (error) {
    return { unknown: error instanceof Error ? error.message : String(error) };
  }
};

/** Pure: why the agent can't work with the context that it has now. What is not known is for the inference probe to say. */
export const contextProblem = (record: SandboxRecord, now: ModelNow): string | undefined => {
  if ('unknown' in now || now.contextTokens >= now.neededTokens) return undefined;
  return (
    `the context of ${record.provider.model} is ${now.contextTokens} tokens now, it was ${record.provider.contextTokens}, ` +
    `and profile ${record.agent.profile} needs ${now.neededTokens}: start the model server with a larger context again`
  );
};
