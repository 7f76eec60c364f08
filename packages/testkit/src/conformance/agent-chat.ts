import type { AgentContribution } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import { TOKEN } from './agent-config.ts';
import type { ChatGateway, ChatScript } from './chat-gateway.ts';
import type { Check } from './checks.ts';
import type { AGENT_MUSTS } from './musts.ts';
import { expectOneLine } from './plain-json.ts';
import { settledWithin } from './settles.ts';

export type StartGateway = (script: () => ChatScript) => Promise<ChatGateway>;

type AgentCheck = Check<keyof typeof AGENT_MUSTS>;
type Ask = (options?: { onText?: (text: string) => void; signal?: AbortSignal }) => Promise<{ text: string }>;

const WAYS = [
  ['whole', {}],
  ['streamed', { onText: () => undefined }],
] as const;
const BROKEN_BODY = 'it broke\u001b[31m\nhere';

/** The MUSTs of `chat`, each against a gateway that does what its script says. */
export const chatChecks = (agent: AgentContribution, start: StartGateway, abortBoundMs: number): AgentCheck[] => {
  const asking = async (script: ChatScript, work: (ask: Ask, gateway: ChatGateway) => Promise<void>): Promise<void> => {
    await using gateway = await start(() => script);
    const ask: Ask = async ({ onText, signal = new AbortController().signal } = {}) => {
      const turns = [{ role: 'user' as const, content: 'Are you there?' }];
      const input = { turns, token: TOKEN, ingressUrl: gateway.url, ...(onText ? { onText } : {}) };
      return agent.chat(input, signal);
    };
    await work(ask, gateway);
  };
  /** What it failed with; a check of its own says that it must. */
  const failure = async (script: ChatScript, options: Parameters<Ask>[0]): Promise<Record<string, unknown>> => {
    let thrown: unknown;
    await asking(script, async (ask) => {
      thrown = await ask(options).catch((error: unknown) => error);
    });
    expect(thrown, 'no error').toBeInstanceOf(Error);
    return thrown as Record<string, unknown>;
  };

  return [
    {
      id: 'chat',
      title: 'hands on what was said, with the token, and gives the answer',
      run: () =>
        asking({ kind: 'text', pieces: ['Here ', 'I am.'] }, async (ask, gateway) => {
          expect(await ask()).toMatchObject({ text: 'Here I am.', finishReason: 'stop' });
          const [seen] = gateway.seen;
          expect(seen?.authorization ?? seen?.body).toContain(TOKEN);
          expect(seen?.body).toContain('Are you there?');
        }),
    },
    {
      id: 'streamed',
      title: 'gives the answer in pieces, in order, and all of it at the end',
      run: () =>
        asking({ kind: 'text', pieces: ['Here ', 'I ', 'am.'] }, async (ask) => {
          const pieces: string[] = [];
          const { text } = await ask({ onText: (piece) => pieces.push(piece) });
          expect(pieces.join('')).toBe('Here I am.');
          expect(pieces.length, 'pieces').toBeGreaterThan(1);
          expect(text).toBe('Here I am.');
        }),
    },
    ...WAYS.flatMap(([way, options]) => [
      ...[401, 500].map(
        (status): AgentCheck => ({
          id: 'chat-failed',
          title: `says the status and one safe line of a ${status}, ${way}`,
          run: async () => {
            const error = await failure({ kind: 'status', status, body: BROKEN_BODY }, options);
            expect(error).toMatchObject({ code: 'CHAT_FAILED', details: { status } });
            expectOneLine(error.message, 'message');
            expect(error.message).toContain('it broke');
          },
        }),
      ),
      {
        id: 'chat-broken' as const,
        title: `fails when the answer breaks off, ${way}`,
        run: async () =>
          expect(await failure({ kind: 'cut', piece: 'Half an' }, options)).toMatchObject({ code: 'CHAT_FAILED' }),
      },
      {
        id: 'abort' as const,
        title: `ends with the reason of an abort and lets go of a gateway that hangs, ${way}`,
        run: () => {
          const gone = Promise.withResolvers<void>();
          return asking({ kind: 'hang', piece: 'One', onGone: gone.resolve }, async (ask, gateway) => {
            const abort = new AbortController();
            const work = ask({ ...options, signal: abort.signal });
            work.catch(() => undefined);
            await expect.poll(() => gateway.seen.length).toBe(1);
            const reason = new Error('interrupted');
            abort.abort(reason);
            expect(await settledWithin(work, abortBoundMs)).toEqual({ state: 'rejected', error: reason });
            expect((await settledWithin(gone.promise, abortBoundMs)).state, 'holds on to the gateway').toBe('resolved');
          });
        },
      },
    ]),
    {
      id: 'chat-broken',
      title: 'fails when nobody is there',
      run: async () => {
        const gone = await start(() => ({ kind: 'text', pieces: ['nobody'] }));
        await gone[Symbol.asyncDispose]();
        const turns = [{ role: 'user' as const, content: 'Are you there?' }];
        const work = agent.chat({ turns, token: TOKEN, ingressUrl: gone.url }, new AbortController().signal);
        await expect(work).rejects.toMatchObject({ code: 'CHAT_FAILED' });
      },
    },
    {
      id: 'secrets',
      title: 'keeps the token out of its errors, even when the gateway repeats it',
      run: async () => {
        for (const [, options] of WAYS)
          for (const script of [
            { kind: 'status' as const, status: 401, body: `no such token: ${TOKEN}` },
            { kind: 'cut' as const, piece: TOKEN },
          ]) {
            const { message, hint, details } = await failure(script, options);
            expect(JSON.stringify([message, hint, details]), 'the token is in an error').not.toContain(TOKEN);
          }
      },
    },
  ];
};
