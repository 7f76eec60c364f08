import type { AgentConfigOutput } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { SECRETS } from '../secrets.ts';
import { type OnboardData, recordOf } from './data.ts';
import { type OnboardTools, secretOf } from './tools.ts';

/** What the agent's plugin makes of the record: its runtime, sealed files and first state. */
export const agentConfig = async (
  tools: OnboardTools,
  data: OnboardData,
): Promise<{ output: AgentConfigOutput; token: string }> => {
  const record = recordOf(data);
  const token = await secretOf(tools, data, SECRETS.token);
  const profile = tools.agent.profiles.find((candidate) => candidate.id === record.agent.profile);
  if (!profile)
    throw codedError('NOT_SUPPORTED', {
      message: `The agent ${record.agent.id} has no profile ${record.agent.profile} any more.`,
    });
  const output = await tools.agent.configure({
    sandbox: { id: data.sandboxId, name: data.name },
    model: {
      id: record.provider.model,
      contextTokens: record.provider.contextTokens,
      baseUrl: 'https://inference.local/v1',
    },
    profile,
    token,
    isolation: record.agent.isolation,
  });
  tools.services.redactor.learnEnv(output.runtime.env);
  return { output, token };
};
