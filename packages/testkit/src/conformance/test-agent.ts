import type { AgentConfigInput, AgentContribution } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configInput, expectConfig, TOKEN } from './agent-config.ts';
import { expectRecipe } from './agent-image.ts';
import { type ChatGateway, type ChatScript, startChatGateway } from './chat-gateway.ts';
import { deepFreeze } from './freeze.ts';
import { expectOneLine } from './plain-json.ts';
import { settledWithin } from './settles.ts';

export interface AgentConformance {
  /** Further inputs that `configure` must take, beside each profile and isolation mode. */
  cases?: { title: string; input: Partial<AgentConfigInput> }[];
  /**
   * Plays the gateway that `chat` speaks to. The default speaks OpenAI's chat completions, as most agents do; an agent
   * with a protocol of its own brings its own.
   */
  gateway?: (script: () => ChatScript) => Promise<ChatGateway>;
  abortBoundMs?: number;
}

/** Declares a vitest suite that every agent has to pass; call it at the top level of a test file. */
export function testAgent(
  agent: AgentContribution,
  { cases = [], gateway = startChatGateway, abortBoundMs = 1000 }: AgentConformance = {},
): void {
  describe(`agent ${agent.id} keeps its contract`, () => {
    it('says what it is', () => {
      expect(agent.kind).toBe('agent');
      expect(agent.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expectOneLine(agent.title, 'title');
      expect(agent.version, 'a version that is pinned').toMatch(/^\d+(\.\d+)+/);
      expect(agent.memoryBytes).toBeGreaterThan(64 * 1024 ** 2);
      expect(agent.ping.path).toMatch(/^\//);
      expect(agent.ping.status).toBeGreaterThanOrEqual(200);
    });

    it('offers profiles, the largest first', () => {
      const needs = agent.profiles.map(({ promptTokens, answerTokens }) => promptTokens + answerTokens);
      expect(needs.length).toBeGreaterThan(0);
      expect(needs).toEqual([...needs].sort((a, b) => b - a));
      expect(new Set(agent.profiles.map(({ id }) => id)).size).toBe(needs.length);
      for (const { promptTokens, answerTokens } of agent.profiles)
        expect(Math.min(promptTokens, answerTokens), 'a profile without room for an answer').toBeGreaterThan(0);
    });

    it('offers at least one isolation mode, each once, with what it means', () => {
      expect(agent.isolation.length).toBeGreaterThan(0);
      expect(new Set(agent.isolation.map(({ mode }) => mode)).size).toBe(agent.isolation.length);
      for (const { note } of agent.isolation) expectOneLine(note, 'note');
    });

    it('has an image that is pinned and the same on every architecture', () => expectRecipe(agent));

    const inputs: [string, AgentConfigInput][] = [
      ...agent.profiles.flatMap((profile) =>
        agent.isolation.map(({ mode }): [string, AgentConfigInput] => [
          `profile ${profile.id}, tools ${mode}`,
          configInput(agent, { profile, isolation: mode }),
        ]),
      ),
      ['a small context', configInput(agent, small(agent))],
      ...cases.map(({ title, input }): [string, AgentConfigInput] => [title, configInput(agent, input)]),
    ];

    it.each(inputs)('configures: %s', (_title, input) => expectConfig(agent, input));

    it.each(inputs)('gives the same for the same and changes nothing of it: %s', (_title, input) => {
      const first = agent.configure(deepFreeze(structuredClone(input)));
      expect(agent.configure(structuredClone(input))).toEqual(first);
    });

    it('writes the token, the model and its address into what it seals, and nothing else of the sandbox', () => {
      const [one, other] = [TOKEN, `${TOKEN}-other`].map((token) => agent.configure(configInput(agent, { token })));
      expect(one?.runtime).toEqual(other?.runtime);
      expect(one?.sealed).not.toEqual(other?.sealed);
      const text = one?.sealed.map(({ content }) => content).join('\n') ?? '';
      expect(text).toContain('some/model:7b');
      expect(text).toContain('https://inference.local/v1');
    });

    it('refuses a profile that it does not have', () => {
      const profile = { id: 'none-of-ours', promptTokens: 1, answerTokens: 1 };
      expect(() => agent.configure(configInput(agent, { profile }))).toThrow(/none-of-ours/);
    });

    describe('chat', () => {
      let script: ChatScript;
      let server: ChatGateway;
      beforeAll(async () => {
        server = await gateway(() => script);
      });
      afterAll(() => server[Symbol.asyncDispose]());

      const turns = [{ role: 'user' as const, content: 'Are you there?' }];
      const ask = (onText?: (text: string) => void, signal = new AbortController().signal) =>
        agent.chat({ turns, token: TOKEN, ingressUrl: server.url, ...(onText ? { onText } : {}) }, signal);
      const WAYS = [
        ['whole', undefined],
        ['streamed', () => undefined],
      ] as const;

      it('hands on what was said, with the token, and gives the answer', async () => {
        script = { kind: 'text', pieces: ['Here ', 'I am.'] };
        await expect(ask()).resolves.toMatchObject({ text: 'Here I am.', finishReason: 'stop' });
        expect(server.seen.at(-1)?.authorization ?? server.seen.at(-1)?.body).toContain(TOKEN);
        expect(server.seen.at(-1)?.body).toContain('Are you there?');
      });

      it('gives the answer in pieces, in order, and all of it at the end', async () => {
        script = { kind: 'text', pieces: ['Here ', 'I ', 'am.'] };
        const pieces: string[] = [];
        const { text } = await ask((piece) => pieces.push(piece));
        expect(pieces.join('')).toBe('Here I am.');
        expect(pieces.length).toBeGreaterThan(1);
        expect(text).toBe('Here I am.');
      });

      for (const [way, onText] of WAYS) {
        it.each([401, 500])(`fails with the status and one safe line of a %i, ${way}`, async (status) => {
          script = { kind: 'status', status, body: 'it broke\u001b[31m\nhere' };
          await expect(ask(onText)).rejects.toMatchObject({ code: 'CHAT_FAILED', details: { status } });
          const error = await ask(onText).catch((caught: Error) => caught as Error & { hint?: string });
          expectOneLine((error as Error).message, 'message');
          expect((error as Error).message).toContain('it broke');
          expect(JSON.stringify({ ...error, message: (error as Error).message })).not.toContain(TOKEN);
        });

        it(`fails when the answer breaks off, ${way}`, async () => {
          script = { kind: 'cut', piece: 'Half an' };
          await expect(ask(onText)).rejects.toMatchObject({ code: 'CHAT_FAILED' });
        });

        it(`ends with the reason of an abort and lets go of a gateway that hangs, ${way}`, async () => {
          const gone = Promise.withResolvers<void>();
          script = { kind: 'hang', piece: 'One', onGone: gone.resolve };
          const abort = new AbortController();
          const before = server.seen.length;
          const work = ask(onText, abort.signal);
          await expect.poll(() => server.seen.length).toBeGreaterThan(before);
          const reason = new Error('interrupted');
          abort.abort(reason);
          expect(await settledWithin(work, abortBoundMs)).toEqual({ state: 'rejected', error: reason });
          await gone.promise;
        });
      }

      it('says so when nobody is there', async () => {
        const gone = await gateway(() => script);
        await gone[Symbol.asyncDispose]();
        const work = agent.chat({ turns, token: TOKEN, ingressUrl: gone.url }, new AbortController().signal);
        await expect(work).rejects.toMatchObject({ code: 'CHAT_FAILED' });
      });
    });
  });
}

/** The smallest model that core would still onboard the agent with. */
function small(agent: AgentContribution): Partial<AgentConfigInput> {
  const profile = agent.profiles.at(-1)!;
  const contextTokens = profile.promptTokens + profile.answerTokens;
  return { profile, model: { id: 'tiny', contextTokens, baseUrl: 'https://inference.local/v1' } };
}
