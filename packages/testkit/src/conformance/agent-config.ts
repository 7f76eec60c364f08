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

  expect(sealed.length, 'nothing is sealed, so nothing holds the token').toBeGreaterThan(0);
  expect(
    sealed.some(({ content }) => content.includes(input.token)),
    'no sealed file holds the token',
  ).toBe(true);
  expect(
    JSON.stringify({ runtime, initialState, sealedTools, initialTools }).includes(input.token),
    'the token is outside the sealed files',
  ).toBe(false);
  for (const { path } of [...sealed, ...sealedTools]) expectInside('sealed file', path);
  expect(runtime.tools !== undefined, 'the tools’ process is there exactly where tools have a uid of their own').toBe(
    input.isolation === 'separate',
  );
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

  expect(runtime.stop.drainMs).toBeGreaterThan(0);
  expect(runtime.startTimeoutMs, 'a start without bound').toBeLessThanOrEqual(300_000);
  const codes = [...runtime.stop.expectedExitCodes, ...runtime.configRefusedExitCodes];
  for (const code of codes) expect(Number.isInteger(code) && code >= 0 && code <= 255, `exit code ${code}`).toBe(true);
  // 1 is how any program ends that went wrong: as an expected end it would hide crashes.
  expect(runtime.stop.expectedExitCodes, 'a crash would pass for a stop').not.toContain(1);
  expect(new Set(codes).size, 'one exit code with two meanings').toBe(codes.length);
}
