import { describe, expect, it } from 'vitest';
import { callKind, readHead, roleOfBody } from './call-kind.ts';

const ID = 'f'.repeat(64);
const known = new Map([[ID, 'agent']]);
const kindOf = (line: string) => callKind(readHead(`${line} HTTP/1.1\r\nHost: docker`), known);

describe('callKind', () => {
  it.each([
    [`POST /v1.50/containers/${ID}/start`, 'POST /containers/{agent}/start'],
    [`DELETE /v1.50/containers/${ID}?force=true&v=true`, 'DELETE /containers/{agent}'],
    ['POST /v1.50/containers/create?name=n', 'POST /containers/create'],
    ['GET /v1.50/containers/json?all=true', 'GET /containers/json'],
    ['GET /v1.50/containers/somebody/json', 'GET /containers/{any}/json'],
    ['GET /v1.50/images/registry/name:tag/json', 'GET /images/{any}/json'],
    ['GET /v1.50/images/json', 'GET /images/json'],
    ['GET /v1.50/info', 'GET /info'],
    [`GET /v1.50/volumes/${ID}`, 'GET /volumes/{any}'],
    ['POST /v1.50/something/new/entirely', 'POST /something/{any}/entirely'],
  ])('%s is %s', (line, kind) => {
    expect(kindOf(line)).toBe(kind);
  });
});

it('reads the headers that decide how a request ends', () => {
  const { headers, query } = readHead('POST /x?name=n HTTP/1.1\r\nContent-Length: 12\r\nConnection: close');
  expect([headers.get('content-length'), headers.get('connection'), query.get('name')]).toEqual(['12', 'close', 'n']);
});

it('takes the role of a container from what its create asks for', () => {
  expect(roleOfBody('{"Labels":{"ai.nemoclaw.role":"relay"}}')).toBe('relay');
  expect(roleOfBody('{}')).toBe('unlabelled');
  expect(roleOfBody('half of i')).toBe('unreadable');
});
