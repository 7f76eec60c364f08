import type { OnboardTools } from '../onboard/tools.ts';
import type { Services } from '../services.ts';

/** What the steps of an operation on a sandbox that is there work with. */
export const toolsFor = async (services: Services, agentId: string): Promise<OnboardTools> => ({
  services,
  driver: await services.driver(),
  agent: (await services.agent(agentId)).agent,
  homeId: await services.store.homeId(),
});
