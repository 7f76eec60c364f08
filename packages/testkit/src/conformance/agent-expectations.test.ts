import type { AgentConfigOutput, AgentContribution } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { output, type Recipe, recipe, sampleAgent } from './agent.fixture.ts';
import { configInput, expectConfig, expectSealed, TOKEN } from './agent-config.ts';
import { expectPortable, expectRecipe } from './agent-image.ts';

const spoilt = (spoil: (configured: AgentConfigOutput) => void): AgentContribution =>
  sampleAgent({
    configure: (input) => {
      const configured = output(input);
      spoil(configured);
      return configured;
    },
  });

describe('what an agent’s configuration is held to', () => {
  const check = (agent: AgentContribution) => expectConfig(agent, configInput(agent));

  it('passes a good one', () => check(sampleAgent()));

  it.each<[string, (configured: AgentConfigOutput) => void]>([
    ['a sealed file outside its volume', (c) => Object.assign(c.sealed[0]!, { path: '../shadow' })],
    ['a state file by an absolute path', (c) => Object.assign(c.initialState[0]!, { path: '/etc/x' })],
    [
      'a file of the tools’ home outside it',
      (c) => Object.assign(c, { initialTools: [{ ...c.initialState[0]!, path: '../x' }] }),
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
    [
      'a tools host that nobody asked for',
      (c) => Object.assign(c.runtime, { tools: { command: ['/x'], env: {}, cwd: '/', startTimeoutMs: 1 } }),
    ],
  ])('refuses %s', (_title, spoil) => expect(() => check(spoilt(spoil))).toThrow());
});

describe('where an agent’s secrets are held to be', () => {
  const check = (agent: AgentContribution) => expectSealed(agent, configInput(agent));

  it('passes a good one', () => check(sampleAgent()));

  it.each<[string, (configured: AgentConfigOutput) => void]>([
    ['nothing sealed', (c) => c.sealed.splice(0)],
    ['the token in nothing that is sealed', (c) => Object.assign(c.sealed[0]!, { content: '' })],
    ['the token in the environment', (c) => Object.assign(c.runtime.env, { TOKEN })],
    ['the token on the command line', (c) => c.runtime.command.push(TOKEN)],
    ['the token in the first state', (c) => Object.assign(c.initialState[0]!, { content: TOKEN })],
    ['the token in what tools can read', (c) => Object.assign(c, { sealedTools: [{ path: 'x', content: TOKEN }] })],
    [
      'the token in the tools’ home',
      (c) => Object.assign(c, { initialTools: [{ ...c.initialState[0]!, content: TOKEN }] }),
    ],
    ['no model in what is sealed', (c) => Object.assign(c.sealed[0]!, { content: TOKEN })],
  ])('refuses %s', (_title, spoil) => expect(() => check(spoilt(spoil))).toThrow());
});

describe('what an agent’s image recipe is held to', () => {
  it('passes a good one', () => {
    expectRecipe(sampleAgent());
    expectPortable(sampleAgent());
  });

  const spoiled = (change: (recipe: Recipe) => Partial<Recipe>): AgentContribution =>
    sampleAgent({ image: () => ({ ...recipe(), ...change(recipe()) }) });

  it.each<[string, AgentContribution]>([
    ['a base of its own', spoiled(() => ({ dockerfile: 'FROM debian:trixie\n' }))],
    ['an end on the builder', spoiled(() => ({ dockerfile: 'FROM the-builder:1\nRUN make\n' }))],
    ['a version that moves', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}RUN npm i sample@latest\n` }))],
    ['a download past the lock', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}RUN curl -O x\n` }))],
    ['no pin of its version', spoiled(() => ({ files: [] }))],
  ])('refuses %s', (_title, agent) => expect(() => expectRecipe(agent)).toThrow());

  it.each<[string, AgentContribution]>([
    ['an architecture', spoiled(({ dockerfile }) => ({ dockerfile: `${dockerfile}COPY linux-x64 /opt\n` }))],
    [
      'another recipe for another architecture',
      sampleAgent({ image: ({ architecture }) => ({ ...recipe(), buildArgs: { ARCH: architecture } }) }),
    ],
  ])('refuses %s as portable', (_title, agent) => expect(() => expectPortable(agent)).toThrow());
});
