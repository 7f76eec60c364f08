import { PROVIDERS, type ProviderRecord } from '@nemoclaw/core';
import { describe, expect, it } from 'vitest';
import { NEMOCLAW, NEMOHERMES } from '../program.ts';
import { agentQuestion, needsCredential, needsEndpoint, providerQuestion } from './questions.ts';

const agent = (id: string) => ({
  id,
  title: id,
  version: '1',
  plugin: 'p@1',
  memoryBytes: 0,
  profiles: [],
  isolation: [],
});

describe('which agent', () => {
  it.each([
    [NEMOCLAW, ['openclaw', 'hermes'], 'openclaw'],
    [NEMOHERMES, ['openclaw', 'hermes'], 'hermes'],
    [NEMOHERMES, ['openclaw'], undefined],
  ])('$bin of %j stands on %s', (program, installed, usual) => {
    expect(agentQuestion(installed.map(agent), program).default).toBe(usual);
  });
});

describe('which provider', () => {
  const provider = (id: string): ProviderRecord | undefined => PROVIDERS.find((record) => record.id === id);

  it('looks on this host unless told', () => {
    const question = providerQuestion(PROVIDERS);
    expect(question.default).toBe('auto');
    expect(question.choices.map(({ value }) => value)).toEqual(['auto', ...PROVIDERS.map(({ id }) => id)]);
  });

  it.each([
    ['ollama', false, false],
    ['nvidia', true, false],
    ['openai', true, false],
    ['openai-compatible', false, true],
    ['nowhere', false, false],
  ])('%s: key %s, endpoint %s', (id, key, endpoint) => {
    expect(needsCredential(provider(id))).toBe(key);
    expect(needsEndpoint(provider(id))).toBe(endpoint);
  });
});
