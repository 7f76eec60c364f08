import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../testing/certificate.ts';
import { loadedFrom, makeConfig, TEST_KEY } from '../testing/config.ts';
import { requestHeaders, responseHeaders } from './headers.ts';

const certificate = await makeCertificate('inference.local');

describe('requestHeaders', () => {
  it('passes what describes the call and nothing that identifies or authorises the client', () => {
    const client = {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'user-agent': 'agent/1',
      authorization: 'Bearer unused',
      'x-api-key': 'unused',
      'api-key': 'unused',
      'proxy-authorization': 'Basic eA==',
      cookie: 'a=b',
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      te: 'trailers',
      upgrade: 'h2c',
      host: 'inference.local',
      'accept-encoding': 'gzip',
      'x-forwarded-for': '1.2.3.4',
      'openai-organization': 'org',
    };
    expect(requestHeaders(client, loadedFrom(makeConfig(), certificate))).toEqual({
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'user-agent': 'agent/1',
      authorization: `Bearer ${TEST_KEY}`,
    });
  });

  it('puts the key into the header that the record names, and fixed headers over those of the client', () => {
    const config = makeConfig({
      provider: {
        auth: { kind: 'header', header: 'x-api-key', keyFile: 'provider.key' },
        headers: { 'anthropic-version': '2023-06-01' },
      },
    });
    const client = { authorization: 'Bearer unused', 'x-api-key': 'mine', 'anthropic-version': '1999-01-01' };
    expect(requestHeaders(client, loadedFrom(config, certificate))).toEqual({
      'anthropic-version': '2023-06-01',
      'x-api-key': TEST_KEY,
    });
  });

  it('sends no credentials where the provider wants none', () => {
    const config = makeConfig({ provider: { auth: { kind: 'none' } } });
    expect(requestHeaders({ authorization: 'Bearer unused' }, loadedFrom(config, certificate))).toEqual({});
  });
});

describe('responseHeaders', () => {
  it('keeps what clients need and drops cookies and connection matters', () => {
    const provider = {
      'content-type': 'application/json',
      'content-length': '2',
      'retry-after': '7',
      'x-ratelimit-remaining-tokens': '5',
      'anthropic-ratelimit-requests-limit': '9',
      'set-cookie': ['a=b'],
      'set-cookie2': 'c',
      server: 'x',
      connection: 'keep-alive',
      'transfer-encoding': 'chunked',
      location: 'http://elsewhere',
      'access-control-allow-origin': '*',
    };
    expect(Object.keys(responseHeaders(provider)).sort()).toEqual([
      'anthropic-ratelimit-requests-limit',
      'content-length',
      'content-type',
      'retry-after',
      'x-ratelimit-remaining-tokens',
    ]);
  });
});
