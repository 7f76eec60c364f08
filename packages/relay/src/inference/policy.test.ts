import { describe, expect, it } from 'vitest';
import { CALLS } from '../protocol.ts';
import { decide } from './policy.ts';

describe('decide', () => {
  it.each(CALLS)('allows %s when the record does', (call) => {
    const [method = '', path = ''] = call.split(' ');
    expect(decide(method, path, [call])).toEqual({ allowed: true, call, method, path: path.slice(3), query: '' });
    expect(
      decide(
        method,
        path,
        CALLS.filter((other) => other !== call),
      ).allowed,
    ).toBe(false);
  });

  it.each([
    ['DELETE', '/v1/models'],
    ['POST', '/v1/models'],
    ['GET', '/v1/models/llama3'],
    ['DELETE', '/v1/models/llama3'],
    ['GET', '/v1/files'],
    ['POST', '/v1/files'],
    ['GET', '/v1/chat/completions'],
    ['HEAD', '/v1/models'],
    ['OPTIONS', '*'],
    ['get', '/v1/models'],
    ['POST', '/api/delete'],
    ['POST', '/api/pull'],
    ['GET', '/'],
    ['GET', ''],
    ['GET', '/v1/models/'],
    ['GET', '/v1/models#'],
    ['GET', '/v1/models;a=b'],
    ['GET', '/V1/models'],
    ['GET', '//v1/models'],
    ['GET', '/v1//models'],
    ['GET', '/v1/./models'],
    ['GET', '/v1/x/../models'],
    ['GET', '/v1/%6dodels'],
    ['POST', '/v1/chat%2Fcompletions'],
    ['POST', '/v1/chat%2fcompletions'],
    ['POST', '/v1/chat%252fcompletions'],
    ['POST', '/v1/chat/completions/../../files'],
    ['POST', '/v1/chat/completions%00'],
    ['POST', '/v1/chat\\completions'],
    ['GET', 'http://inference.local/v1/models'],
    ['GET', 'https://elsewhere.example/v1/models'],
    ['GET /v1/models', ''],
  ])('refuses %s %s', (method, path) => {
    expect(decide(method, path, CALLS).allowed).toBe(false);
  });

  it.each([
    ['GET', '/v1/models?limit=20&after_id=org/model-1', '?limit=20&after_id=org%2Fmodel-1'],
    ['POST', '/v1/messages?beta=true', '?beta=true'],
    ['GET', '/v1/models?', ''],
  ])('passes what clients send: %s %s', (method, path, query) => {
    expect(decide(method, path, CALLS)).toMatchObject({ allowed: true, query });
  });

  it.each([
    ['GET', '/v1/models?key=stolen'],
    ['GET', '/v1/models?limit=20&limit=30'],
    ['GET', '/v1/models?limit=-1'],
    ['GET', '/v1/models?__proto__=x'],
    ['POST', '/v1/messages?beta=false'],
    ['POST', '/v1/chat/completions?beta=true'],
    ['POST', '/v1/chat/completions?x=/../../files'],
  ])('refuses other queries: %s %s', (method, path) => {
    expect(decide(method, path, CALLS).allowed).toBe(false);
  });
});
