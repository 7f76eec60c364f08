import { defineAgent } from '@nemoclaw/plugin-api';
import { openAiChat } from '@nemoclaw/plugin-api/openai-chat';
import { configure } from './config/configure.ts';
import { PROFILES } from './config/profiles.ts';
import { image } from './image/recipe.ts';
import { HERMES_VERSION } from './version.ts';

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

export default defineAgent({
  id: 'hermes',
  title: 'Hermes Agent',
  version: HERMES_VERSION,
  // 150 MB at rest; the rest is for what its tools run.
  memoryBytes: 2 * GIB,
  profiles: PROFILES.map(({ id, promptTokens, answerTokens }) => ({ id, promptTokens, answerTokens })),
  isolation: [
    {
      mode: 'separate',
      // Of sshd and a connection, measured (README); without it, every command fails rather than run as the gateway.
      memoryBytes: 32 * MIB,
      note: 'Commands run as a uid of their own, through an sshd on loopback that may do nothing else.',
    },
    {
      mode: 'shared',
      memoryBytes: 0,
      note: "Tools run as the gateway's uid: a command of the agent's can read the gateway's token and configuration.",
    },
  ],
  commandTool: { name: 'terminal', argument: 'command' },
  image,
  configure,
  chat: openAiChat({ title: 'Hermes', model: 'hermes-agent' }),
  ping: { path: '/health', status: 200 },
});
