import { readFileSync } from 'node:fs';
import { defineAgent } from '@nemoclaw/plugin-api';
import { openAiChat } from '@nemoclaw/plugin-api/openai-chat';
import { configure, PROFILES, TINY_VERSION } from './configure.ts';

const MIB = 1024 ** 2;
const PROGRAMS = ['gateway.mjs', 'tools-host.mjs', 'liaison.mjs'];
const program = (path: string): string => readFileSync(new URL(`./image/${path}`, import.meta.url), 'utf8');

/** One small HTTP server as an agent: up in a tenth of a second, so that a test can make and break a sandbox many times. */
export default defineAgent({
  id: 'tiny',
  title: 'Tiny agent',
  version: TINY_VERSION,
  memoryBytes: 512 * MIB,
  profiles: PROFILES,
  isolation: [
    {
      mode: 'shared',
      memoryBytes: 0,
      note: "Commands run as the gateway's uid: they can read its token and configuration.",
    },
    {
      mode: 'separate',
      memoryBytes: 64 * MIB,
      note: 'Commands run as a uid of their own, in a process that never holds the token.',
    },
  ],
  commandTool: { name: 'run', argument: 'command' },
  image: ({ base }) => ({
    dockerfile: `FROM ${base}\nCOPY ${PROGRAMS.join(' ')} /opt/tiny/\n`,
    files: PROGRAMS.map((path) => ({ path, content: program(path), mode: 0o444 })),
    buildArgs: {},
    hostNetwork: false,
  }),
  configure,
  chat: openAiChat({ title: 'Tiny', model: 'tiny' }),
  ping: { path: '/healthz', status: 200 },
});
