import type { Nemoclaw } from '../api/nemoclaw.ts';
import { toCodedError } from '../errors/index.ts';
import type { Services } from './services.ts';

/** What each agent that can be loaded offers; of one that can't, a line that says why. */
export const agents = async (services: Services): ReturnType<Nemoclaw['agents']> => {
  const found = (await services.registry()).all('agent');
  const loaded = await Promise.all(
    found.map(async ({ id, plugin }) => {
      try {
        return [await services.agent(id)];
      } catch (error) {
        services.options.onPluginLine?.(plugin, toCodedError(error).message);
        return [];
      }
    }),
  );
  return loaded.flat().map(({ agent, plugin }) => {
    const { id, title, version, memoryBytes, profiles, isolation } = agent;
    return {
      id,
      title,
      version,
      plugin,
      memoryBytes,
      profiles: profiles.map((profile) => ({ id: profile.id, promptTokens: profile.promptTokens })),
      isolation: isolation.map((mode) => ({ mode: mode.mode, memoryBytes: mode.memoryBytes, note: mode.note })),
    };
  });
};
