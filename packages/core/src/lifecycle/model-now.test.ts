import { expect, it } from 'vitest';
import type { SandboxRecord } from '../api/records.ts';
import { contextProblem } from './model-now.ts';

const record = {
  agent: { profile: 'compact' },
  provider: { model: 'small', contextTokens: 8_192 },
} as SandboxRecord;

it.each([
  ['as it was', { contextTokens: 8_192, neededTokens: 4_000 }],
  ['larger', { contextTokens: 32_768, neededTokens: 4_000 }],
  ['smaller, and enough', { contextTokens: 4_000, neededTokens: 4_000 }],
  ['not known', { unknown: 'it does not answer' }],
])('a context that is %s is no problem of its own', (_how, now) => {
  expect(contextProblem(record, now)).toBeUndefined();
});

it('says with numbers that a context has become too small, and what to do', () => {
  expect(contextProblem(record, { contextTokens: 2_048, neededTokens: 4_000 })).toBe(
    'the context of small is 2048 tokens now, it was 8192, and profile compact needs 4000: start the model server with a larger context again',
  );
});
