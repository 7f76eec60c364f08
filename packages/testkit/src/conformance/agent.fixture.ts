import {
  type AgentConfigInput,
  type AgentConfigOutput,
  type AgentContribution,
  defineAgent,
  PATHS,
} from '@nemoclaw/plugin-api';
import { openAiChat } from '@nemoclaw/plugin-api/openai-chat';

/** What a good agent answers to `configure`. */
export const output = ({ token, model, profile }: AgentConfigInput): AgentConfigOutput => {
  if (profile.id !== 'only') throw new Error(`there is no profile ${profile.id}`);
  return {
    runtime: {
      agent: 'sample',
      version: '1.2.3',
      command: [PATHS.node, '/opt/sample/gateway.mjs'],
      env: { HOME: PATHS.gatewayHome },
      cwd: '/',
      gatewayPort: 18_000,
      health: { live: { path: '/live', status: 200 }, started: { path: '/started', status: 200 } },
      stop: { signal: 'SIGTERM', drainMs: 5_000, expectedExitCodes: [0] },
      configRefusedExitCodes: [78],
      startTimeoutMs: 60_000,
    },
    sealed: [{ path: 'sample.json', content: JSON.stringify({ token, model }) }],
    initialState: [{ path: 'state', type: 'directory', mode: 0o700, uid: 1, gid: 1 }],
  };
};

export type Recipe = ReturnType<AgentContribution['image']>;
export const recipe = (): Recipe => ({
  dockerfile: 'FROM the-builder:1 AS made\nRUN make\nFROM the-base:1\nCOPY --from=made /opt/sample /opt/sample\n',
  files: [{ path: 'lock', content: 'sample==1.2.3' }],
  buildArgs: {},
  hostNetwork: true,
});

/** An agent that keeps its contract. */
export const sampleAgent = (over: Partial<AgentContribution> = {}): AgentContribution => ({
  ...defineAgent({
    id: 'sample',
    title: 'Sample',
    version: '1.2.3',
    memoryBytes: 1 << 30,
    profiles: [{ id: 'only', promptTokens: 10, answerTokens: 10 }],
    isolation: [{ mode: 'shared', memoryBytes: 0, note: 'as the gateway' }],
    image: recipe,
    configure: output,
    chat: openAiChat({ title: 'Sample', model: 'sample' }),
    ping: { path: '/live', status: 200 },
  }),
  ...over,
});
