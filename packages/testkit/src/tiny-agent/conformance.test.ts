import { expect, it } from 'vitest';
import { configInput } from '../conformance/agent-config.ts';
import { testAgent } from '../conformance/index.ts';
import agent from './agent.ts';
import { tinyModel } from './misbehaviour.ts';

testAgent(agent);

it.each([
  ['behaves', 'any-model', { neverOpen: false, crashAfterMs: null }],
  [
    'does what its model’s name orders',
    tinyModel({ neverOpen: true, dropAfterMs: 500 }),
    { neverOpen: true, dropAfterMs: 500, crashAfterMs: null },
  ],
])('%s', (_title, id, misbehave) => {
  const model = { id, contextTokens: 8_192, baseUrl: 'https://inference.local/v1' };
  const [sealed] = agent.configure(configInput(agent, { model })).sealed;
  expect(JSON.parse(sealed?.content ?? '')).toMatchObject({ misbehave });
});
