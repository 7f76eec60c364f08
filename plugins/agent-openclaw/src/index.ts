import { defineAgent } from '@nemoclaw/plugin-api';
import { openAiChat } from '@nemoclaw/plugin-api/openai-chat';
import { configure } from './config/configure.ts';
import { PROFILES } from './config/profiles.ts';
import { image } from './image/recipe.ts';
import { OPENCLAW_VERSION } from './version.ts';

const MIB = 1024 ** 2;
const GIB = 1024 * MIB;

export default defineAgent({
  id: 'openclaw',
  title: 'OpenClaw',
  version: OPENCLAW_VERSION,
  // 2 GiB boots without headroom, 1.25 GiB is killed in a loop.
  memoryBytes: 3 * GIB,
  profiles: PROFILES.map(({ id, promptTokens, answerTokens }) => ({ id, promptTokens, answerTokens })),
  isolation: [
    // First what `auto` takes where the memory is there.
    {
      mode: 'separate',
      // Of the node host, 484 MiB measured (README); without it, every command fails rather than run as the gateway.
      memoryBytes: 576 * MIB,
      note: "Commands run as a uid of their own, through OpenClaw's node host, which never holds the gateway's token.",
    },
    {
      mode: 'shared',
      memoryBytes: 0,
      note: "Tools run as the gateway's uid: a command of the agent's can read the gateway's token and configuration.",
    },
  ],
  commandTool: { name: 'exec', argument: 'command' },
  image,
  configure,
  chat: openAiChat({ title: 'OpenClaw', model: 'openclaw' }),
  ping: { path: '/healthz', status: 200 },
});
