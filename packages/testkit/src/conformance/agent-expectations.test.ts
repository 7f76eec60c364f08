import { type AgentConfigOutput, type AgentContribution, defineAgent, PATHS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { configInput, expectConfig, TOKEN } from './agent-config.ts';
import { expectRecipe } from './agent-image.ts';

const output = (): AgentConfigOutput => ({
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
  sealed: [{ path: 'sample.json', content: TOKEN }],
  initialState: [{ path: 'state', type: 'directory', mode: 0o700, uid: 1, gid: 1 }],
});

type Recipe = ReturnType<AgentContribution['image']>;
const recipe = (): Recipe => ({
  dockerfile: 'FROM the-builder:1 AS made\nRUN make\nFROM the-base:1\nCOPY --from=made /opt/sample /opt/sample\n',
  files: [{ path: 'lock', content: 'sample==1.2.3' }],
  buildArgs: {},
  hostNetwork: true,
});

const sample = (configured = output(), image: AgentContribution['image'] = recipe): AgentContribution =>
  defineAgent({
    id: 'sample',
    title: 'Sample',
    version: '1.2.3',
    memoryBytes: 1 << 30,
    profiles: [{ id: 'only', promptTokens: 10, answerTokens: 10 }],
    isolation: [{ mode: 'shared', memoryBytes: 0, note: 'as the gateway' }],
    image,
    configure: () => configured,
    chat: () => Promise.reject(new Error('not here')),
    ping: { path: '/live', status: 200 },
  });

describe('what an agent’s configuration is held to', () => {
  const check = (agent: AgentContribution) => expectConfig(agent, configInput(agent));

  it('passes a good one', () => check(sample()));

  it.each<[string, (configured: AgentConfigOutput) => void]>([
    ['nothing sealed', (c) => c.sealed.splice(0)],
    ['the token in nothing that is sealed', (c) => Object.assign(c.sealed[0]!, { content: '' })],
    ['the token in the environment', (c) => Object.assign(c.runtime.env, { TOKEN })],
    ['the token on the command line', (c) => c.runtime.command.push(TOKEN)],
    ['the token in the first state', (c) => Object.assign(c.initialState[0]!, { content: TOKEN })],
    ['a sealed file outside its volume', (c) => Object.assign(c.sealed[0]!, { path: '../shadow' })],
    ['a state file by an absolute path', (c) => Object.assign(c.initialState[0]!, { path: '/etc/x' })],
    ['the token in what the tools may read', (c) => Object.assign(c, { sealedTools: [{ path: 'x', content: TOKEN }] })],
    [
      'the token in the tools’ home',
      (c) => Object.assign(c, { initialTools: [{ ...c.initialState[0]!, content: TOKEN }] }),
    ],
    [
      'a process for tools that share the gateway’s uid',
      (c) => Object.assign(c.runtime, { tools: { command: ['/bin/x'] } }),
    ],
    ['a link that leads nowhere', (c) => Object.assign(c.initialState[0]!, { type: 'link' })],
    ['another agent’s runtime', (c) => Object.assign(c.runtime, { agent: 'other' })],
    ['a command to look up', (c) => Object.assign(c.runtime, { command: ['node'] })],
    ['a predicate without a path', (c) => Object.assign(c.runtime.health.started, { path: '' })],
    ['no time to drain', (c) => Object.assign(c.runtime.stop, { drainMs: 0 })],
    ['a crash as an expected end', (c) => c.runtime.stop.expectedExitCodes.push(1)],
    ['an exit code with two meanings', (c) => c.runtime.stop.expectedExitCodes.push(78)],
    ['an exit code that none can be', (c) => c.runtime.stop.expectedExitCodes.push(256)],
    ['a start without bound', (c) => Object.assign(c.runtime, { startTimeoutMs: 3_600_000 })],
  ])('refuses %s', (_title, spoil) => {
    const configured = output();
    spoil(configured);
    expect(() => check(sample(configured))).toThrow();
  });
});

describe('what an agent’s image recipe is held to', () => {
  it('passes a good one', () => expectRecipe(sample()));

  const spoiled = (change: (recipe: Recipe) => Partial<Recipe>): AgentContribution =>
    sample(output(), () => ({ ...recipe(), ...change(recipe()) }));

  it.each<[string, AgentContribution]>([
    ['a base of its own', spoiled(() => ({ dockerfile: 'FROM debian:trixie\n' }))],
    ['an end on the builder', spoiled(() => ({ dockerfile: 'FROM the-builder:1\nRUN make\n' }))],
    ['a version that moves', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}RUN npm i sample@latest\n` }))],
    ['a download past the lock', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}RUN curl -O x\n` }))],
    ['an architecture', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}COPY linux-x64 /opt\n` }))],
    ['no pin of its version', spoiled(() => ({ files: [] }))],
    [
      'another recipe for another architecture',
      sample(output(), ({ architecture }) => ({ ...recipe(), buildArgs: { ARCH: architecture } })),
    ],
  ])('refuses %s', (_title, agent) => expect(() => expectRecipe(agent)).toThrow());
});
