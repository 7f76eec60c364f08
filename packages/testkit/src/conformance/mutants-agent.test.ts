import { type AgentContribution, CodedError, isCodedError } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import { output, recipe, sampleAgent } from './agent.fixture.ts';
import { failingChecks, mustsOf } from './failing-checks.fixture.ts';
import { AGENT_MUSTS } from './musts.ts';
import { type AgentConformance, agentChecks } from './test-agent.ts';

const conform = sampleAgent();
const { chat } = conform;
const suite: AgentConformance = { abortBoundMs: 200 };
const failures = (agent: AgentContribution, how: AgentConformance = suite) => failingChecks(agentChecks(agent, how));

it('the suite passes what keeps the contract', async () => expect(await failures(conform)).toEqual([]));

/** A chat whose errors are other ones; an abort stays what it is. */
const failing =
  (change: (error: CodedError, token: string) => unknown): AgentContribution['chat'] =>
  async (input, signal) => {
    try {
      return await chat(input, signal);
    } catch (error) {
      throw isCodedError(error) ? change(error, input.token) : error;
    }
  };

let turn = 0;
const STATE = { path: 'state', type: 'directory' as const, mode: 0o700, uid: 1, gid: 1 };
const MUTANTS: [keyof typeof AGENT_MUSTS, Partial<AgentContribution> & Record<string, unknown>][] = [
  ['manifest', { memoryBytes: 1024 }],
  ['manifest', { more: 1 }],
  ['manifest', { title: 'two\nlines' }],
  ['profiles', { profiles: [...conform.profiles, { id: 'only', promptTokens: 5, answerTokens: 5 }] }],
  ['isolation', { isolation: [...conform.isolation, ...conform.isolation] }],
  ['isolation', { isolation: [{ mode: 'shared', memoryBytes: 0, note: '' }] }],
  ['image', { image: () => ({ ...recipe(), dockerfile: 'FROM debian:trixie\n' }) }],
  ['image', { image: () => ({ ...recipe(), files: [] }) }],
  ['portable', { image: ({ architecture }) => ({ ...recipe(), buildArgs: { ARCH: architecture } }) }],
  ['config', { configure: (input) => spoilt(input, { startTimeoutMs: 3_600_000 }) }],
  ['config-pure', { configure: (input) => ({ ...output(input), initialState: turn++ % 2 ? [] : [STATE] }) }],
  [
    'config-pure',
    {
      configure: (input) => {
        input.model.contextTokens -= 1;
        return output(input);
      },
    },
  ],
  ['sealed', { configure: (input) => spoilt(input, { env: { GATEWAY_TOKEN: input.token } }) }],
  ['sealed', { configure: (input) => ({ ...output(input), sealed: [{ path: 'a', content: input.token }] }) }],
  ['unknown-profile', { configure: (input) => output({ ...input, profile: conform.profiles[0]! }) }],
  [
    'quiet',
    {
      configure: (input) => {
        process.stdout.write('');
        return output(input);
      },
    },
  ],
  ['chat', { chat: (input, signal) => chat({ ...input, turns: [] }, signal) }],
  [
    'streamed',
    {
      chat: async ({ onText, ...input }, signal) => {
        const answer = await chat(input, signal);
        onText?.(answer.text);
        return answer;
      },
    },
  ],
  [
    'chat-failed',
    {
      chat: failing(({ code, message, details }) =>
        details === undefined ? new CodedError(code, { message }) : new CodedError(code, { message: 'it failed' }),
      ),
    },
  ],
  [
    'chat-broken',
    {
      chat: failing((error) => (error.details === undefined ? new Error('it broke off') : error)),
    },
  ],
  [
    'secrets',
    {
      chat: failing(
        ({ code, message, details = {} }, token) =>
          new CodedError(code, { message, details: { ...details, sent: token } }),
      ),
    },
  ],
  ['abort', { chat: (input) => chat(input, new AbortController().signal) }],
];

function spoilt(...[input, change]: [Parameters<typeof output>[0], object]): ReturnType<typeof output> {
  const configured = output(input);
  return { ...configured, runtime: { ...configured.runtime, ...change } };
}

it.each(MUTANTS)('an agent that breaks "%s" fails that and nothing else', async (id, mutant) => {
  expect(await failures({ ...conform, ...mutant })).toEqual([id]);
});

it.each<[string, AgentConformance]>([
  ['a key that means nothing', { ...suite, more: 1 } as AgentConformance],
  ['a case with one', { ...suite, cases: [{ title: 'x', input: {}, expects: true } as never] }],
  ['an input that nobody gives', { ...suite, cases: [{ title: 'x', input: { colour: 'red' } as never }] }],
])('a suite with %s fails', async (_what, wrong) => {
  expect(await failures(conform, wrong)).toEqual(['asked']);
});

it('has one check for each MUST, and a mutant for each', () => {
  expect(mustsOf(agentChecks(conform))).toEqual(Object.keys(AGENT_MUSTS).sort());
  expect([...new Set(MUTANTS.map(([id]) => id)), 'asked'].sort()).toEqual(Object.keys(AGENT_MUSTS).sort());
});
