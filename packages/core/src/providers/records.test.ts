import { CALLS } from '@nemoclaw/relay/protocol';
import { describe, expect, it } from 'vitest';
import { parseEndpoint } from './endpoint.ts';
import { PROVIDERS, providersAt } from './records.ts';

describe('the table of providers', () => {
  it.each(PROVIDERS.map((record) => [record.id, record] as const))('%s is whole', (_id, record) => {
    for (const call of record.allowed) expect(CALLS).toContain(call);
    expect(record.allowed).toContain('GET /v1/models');
    if (record.baseUrl !== undefined) expect(parseEndpoint(record.baseUrl).hostBaseUrl).toBe(record.baseUrl);
    if (record.scope === 'remote' && record.baseUrl !== undefined) expect(record.baseUrl).toMatch(/^https:/);
    if (record.credential === 'required') expect(record.credentialEnv).toBeDefined();
  });

  it('has each id once', () => {
    const ids = PROVIDERS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes the user’s own addresses', () => {
    const records = providersAt({ vllm: { baseUrl: 'http://127.0.0.1:9/v1' } });
    expect(records.find(({ id }) => id === 'vllm')?.baseUrl).toBe('http://127.0.0.1:9/v1');
    expect(records.find(({ id }) => id === 'ollama')?.baseUrl).toBe('http://127.0.0.1:11434/v1');
  });
});
