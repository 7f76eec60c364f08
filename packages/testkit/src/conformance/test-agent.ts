import type { AgentConfigInput, AgentContribution } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { chatChecks, type StartGateway } from './agent-chat.ts';
import { configInput, configInputs, expectConfig, expectSealed, TOKEN } from './agent-config.ts';
import { expectPortable, expectRecipe } from './agent-image.ts';
import { startChatGateway } from './chat-gateway.ts';
import { type Check, counted, declare, expectKeys } from './checks.ts';
import { deepFreeze } from './freeze.ts';
import { AGENT_MUSTS } from './musts.ts';
import { expectOneLine } from './plain-json.ts';
import { expectQuiet } from './printed.ts';

export interface AgentConformance {
  /** Further inputs that `configure` must take, beside each profile and isolation mode. */
  cases?: { title: string; input: Partial<AgentConfigInput> }[];
  /**
   * Plays the gateway that `chat` speaks to. The default speaks OpenAI's chat completions, as most agents do; an agent
   * with a protocol of its own brings its own.
   */
  gateway?: StartGateway;
  abortBoundMs?: number;
}

const PARTS = [
  ...['kind', 'id', 'title', 'version', 'memoryBytes', 'profiles', 'isolation', 'commandTool'],
  ...['image', 'configure', 'chat', 'ping'],
];

/** Every MUST of the contract as a check; the suite declares each as a test, mutants are held against them. */
export function agentChecks(
  contribution: AgentContribution,
  conformance: AgentConformance = {},
): Check<keyof typeof AGENT_MUSTS>[] {
  const { cases = [], gateway = startChatGateway, abortBoundMs = 1000 } = conformance;
  const { subject: agent, unused } = counted(contribution);
  const inputs: [string, AgentConfigInput][] = [
    ...configInputs(agent),
    ...cases.map(({ title, input }): [string, AgentConfigInput] => [title, configInput(agent, input)]),
  ];

  return [
    {
      id: 'asked',
      title: 'is asked with what the suite knows',
      run: () => {
        expectKeys(conformance, ['cases', 'gateway', 'abortBoundMs'], 'the suite');
        for (const one of cases) expectKeys(one, ['title', 'input'], one.title);
        for (const { title, input } of cases)
          expectKeys(input, ['sandbox', 'model', 'profile', 'token', 'isolation'], title);
      },
    },
    {
      id: 'manifest',
      title: 'says what it is',
      run: () => {
        expectKeys(agent, PARTS, 'the agent');
        expect(agent.kind).toBe('agent');
        expect(agent.id).toMatch(/^[a-z][a-z0-9-]*$/);
        expectOneLine(agent.title, 'title');
        expect(agent.version, 'a version that is pinned').toMatch(/^\d+(\.\d+)+/);
        expect(agent.memoryBytes).toBeGreaterThan(64 * 1024 ** 2);
        expect(agent.ping.path).toMatch(/^\//);
        expect(agent.ping.status).toBeGreaterThanOrEqual(200);
        if (agent.commandTool) expectOneLine(agent.commandTool.name, 'name of the command tool');
      },
    },
    {
      id: 'profiles',
      title: 'offers profiles, the largest first, each with room for an answer',
      run: () => {
        const needs = agent.profiles.map(({ promptTokens, answerTokens }) => promptTokens + answerTokens);
        expect(needs.length).toBeGreaterThan(0);
        expect(needs).toEqual([...needs].sort((a, b) => b - a));
        expect(new Set(agent.profiles.map(({ id }) => id)).size).toBe(needs.length);
        for (const { promptTokens, answerTokens } of agent.profiles)
          expect(Math.min(promptTokens, answerTokens), 'a profile without room for an answer').toBeGreaterThan(0);
      },
    },
    {
      id: 'isolation',
      title: 'offers at least one isolation mode, each once, with what it means',
      run: () => {
        expect(agent.isolation.length).toBeGreaterThan(0);
        expect(new Set(agent.isolation.map(({ mode }) => mode)).size).toBe(agent.isolation.length);
        for (const { mode, note } of agent.isolation) {
          expect(['shared', 'separate']).toContain(mode);
          expectOneLine(note, 'note');
        }
      },
    },
    { id: 'image', title: 'has an image that is pinned, on the base that it is given', run: () => expectRecipe(agent) },
    { id: 'portable', title: 'has the same image on every architecture', run: () => expectPortable(agent) },
    ...inputs.flatMap(([title, input]): Check<keyof typeof AGENT_MUSTS>[] => [
      { id: 'config', title: `configures: ${title}`, run: () => expectConfig(agent, structuredClone(input)) },
      {
        id: 'config-pure',
        title: `gives the same for the same and changes nothing of it: ${title}`,
        run: () => {
          const first = agent.configure(deepFreeze(structuredClone(input)));
          expect(agent.configure(structuredClone(input)), 'not the same twice').toEqual(first);
        },
      },
      {
        id: 'sealed',
        title: `seals the token, the model and its address: ${title}`,
        run: () => expectSealed(agent, structuredClone(input)),
      },
    ]),
    {
      id: 'unknown-profile',
      title: 'refuses a profile that it does not have',
      run: () => {
        const profile = { id: 'none-of-ours', promptTokens: 1, answerTokens: 1 };
        expect(() => agent.configure(configInput(agent, { profile }))).toThrow(/none-of-ours/);
      },
    },
    {
      id: 'quiet',
      title: 'writes nothing to stdout',
      run: () =>
        expectQuiet(async () => {
          agent.image({ base: 'the-base:1', builder: 'the-builder:1', architecture: 'amd64' });
          for (const [, input] of inputs) agent.configure(structuredClone(input));
          await using there = await gateway(() => ({ kind: 'text', pieces: ['I am ', 'here.'] }));
          const turns = [{ role: 'user' as const, content: 'Are you there?' }];
          for (const onText of [undefined, () => undefined])
            await agent.chat(
              { turns, token: TOKEN, ingressUrl: there.url, ...(onText ? { onText } : {}) },
              new AbortController().signal,
            );
        }),
    },
    ...chatChecks(agent, gateway, abortBoundMs),
    {
      id: 'asked',
      title: 'was called in all its parts',
      run: () => expect(unused(), 'never called').toEqual([]),
    },
  ];
}

/** Declares a vitest suite that every agent has to pass; call it at the top level of a test file. */
export function testAgent(agent: AgentContribution, conformance: AgentConformance = {}): void {
  declare(`agent ${agent.id} keeps its contract`, AGENT_MUSTS, agentChecks(agent, conformance));
}
