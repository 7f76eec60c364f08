import { expect, it } from 'vitest';
import { z } from 'zod';
import { createRedactor } from '../redaction/index.ts';
import { issueWords } from './issue-words.ts';

it('names an unknown field in words that no redactor takes for a secret', () => {
  const { error } = z.strictObject({}).safeParse({ relayBehind: true });
  const words = issueWords(error!.issues[0]!);
  expect(words).toContain('relayBehind');
  expect(createRedactor().redactText(words)).toBe(words);
});
