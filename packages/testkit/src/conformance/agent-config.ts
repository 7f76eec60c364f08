import type { AgentConfigInput, AgentContribution, HealthPredicate } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { expectPlainJson } from './plain-json.ts';

/** Nobody else's: found anywhere but in a sealed file, it is a leak. */
export const TOKEN = 'conformance-token-0123456789abcdef';

export const configInput = (agent: AgentContribution, change: Partial<AgentConfigInput> = {}): AgentConfigInput => ({
  sandbox: { id: '00000000-0000-4000-8000-000000000000', name: 'sample' },
  model: { id: 'some/model:7b', contextTokens: 131_072, baseUrl: 'https://inference.local/v1' },
  profile: agent.profiles[0]!,
  token: TOKEN,
  isolation: agent.isolation[0]!.mode,
  ...change,
});

/** The smallest model that core would still onboard the agent with. */
const small = (agent: AgentContribution): Partial<AgentConfigInput> => {
  const profile = agent.profiles.at(-1)!;
  const contextTokens = profile.promptTokens + profile.answerTokens;
  return { profile, model: { id: 'tiny', contextTokens, baseUrl: 'https://inference.local/v1' } };
};

/** Each profile with each isolation mode, and the smallest model: by title. */
export const configInputs = (agent: AgentContribution): [string, AgentConfigInput][] => [
  ...agent.profiles.flatMap((profile) =>
    agent.isolation.map(({ mode }): [string, AgentConfigInput] => [
      `profile ${profile.id}, tools ${mode}`,
      configInput(agent, { profile, isolation: mode }),
    ]),
  ),
  ['a small context', configInput(agent, small(agent))],
];

function expectPredicate(what: string, predicate: HealthPredicate | undefined): void {
  expect(predicate?.path, `the path of ${what}`).toMatch(/^\//);
  expect(predicate?.status, `the status of ${what}`).toBeGreaterThanOrEqual(200);
}

function expectInside(what: string, path: string): void {
  expect(path.startsWith('/'), `${what} ${path} is absolute`).toBe(false);
  expect(path.split('/'), `${what} leaves its volume`).not.toContain('..');
}

/** What an agent's configuration must be, whatever the agent. */
export function expectConfig(agent: AgentContribution, input: AgentConfigInput): void {
  const { runtime, sealed, sealedTools = [], initialState, initialTools = [] } = agent.configure(input);

  for (const { path } of [...sealed, ...sealedTools]) expectInside('sealed file', path);
  for (const entry of [...initialState, ...initialTools]) {
    expectInside('initial state', entry.path);
    expect(entry.type === 'directory' || entry.content !== undefined, `${entry.path} has no content`).toBe(true);
  }

  expectPlainJson(runtime);
  expect(runtime).toMatchObject({ agent: agent.id, version: agent.version });
  expect(runtime.command[0], 'the command is looked up').toMatch(/^\//);
  expect(runtime.cwd).toMatch(/^\//);
  expect(runtime.gatewayPort).toBeGreaterThan(1024);
  expectPredicate('live', runtime.health.live);
  expectPredicate('started', runtime.health.started);
  if (runtime.health.ready) expectPredicate('ready', runtime.health.ready);
  for (const value of Object.values(runtime.env)) expect(value).toBeTypeOf('string');
  expect(input.isolation === 'separate' || runtime.tools === undefined, 'a tools host that nobody asked for').toBe(
    true,
  );
  if (input.isolation === 'separate') {
    expect(runtime.tools?.command[0], 'the tools host is looked up').toMatch(/^\//);
    expect(runtime.tools?.startTimeoutMs, 'a start of the tools host without bound').toBeLessThanOrEqual(300_000);
  }

  expect(runtime.stop.drainMs).toBeGreaterThan(0);
  expect(runtime.startTimeoutMs, 'a start without bound').toBeLessThanOrEqual(300_000);
  const codes = [...runtime.stop.expectedExitCodes, ...runtime.configRefusedExitCodes];
  for (const code of codes) expect(Number.isInteger(code) && code >= 0 && code <= 255, `exit code ${code}`).toBe(true);
  // 1 is how any program ends that went wrong: as an expected end it would hide crashes.
  expect(runtime.stop.expectedExitCodes, 'a crash would pass for a stop').not.toContain(1);
  expect(new Set(codes).size, 'one exit code with two meanings').toBe(codes.length);
}

/** Where the token, the model and its address must be, and where the token must not. */
export function expectSealed(agent: AgentContribution, input: AgentConfigInput): void {
  const { runtime, sealed, sealedTools, initialState, initialTools } = agent.configure(input);
  const text = sealed.map(({ content }) => content).join('\n');
  expect(sealed.length, 'nothing is sealed, so nothing holds the token').toBeGreaterThan(0);
  expect(text.includes(input.token), 'no sealed file holds the token').toBe(true);
  expect(text, 'no sealed file names the model').toContain(input.model.id);
  expect(text, 'no sealed file holds the address of the model').toContain(input.model.baseUrl);
  const open = JSON.stringify({ runtime, sealedTools, initialState, initialTools });
  expect(open.includes(input.token), 'the token is outside the sealed files').toBe(false);
  const other = agent.configure({ ...input, token: `${input.token}-other` });
  expect(other.runtime, 'the runtime depends on the token').toEqual(runtime);
}
