import { describe, expect, it } from 'vitest';
import { parseSpec } from './spec.ts';

describe('what a plugin is installed from', () => {
  it.each([
    ['acme-gpu', { type: 'registry', name: 'acme-gpu', wanted: 'latest' }],
    ['acme-gpu@1.2.0', { type: 'registry', name: 'acme-gpu', wanted: '1.2.0' }],
    ['@acme/gpu@^1.2', { type: 'registry', name: '@acme/gpu', wanted: '^1.2' }],
    ['./a b/x.tgz', { type: 'tarball', path: './a b/x.tgz' }],
    ['file:///a/x.tar.gz', { type: 'tarball', path: '/a/x.tar.gz' }],
    ['acme/gpu', { type: 'git' }],
    ['github:acme/gpu#main', { type: 'git' }],
    ['git@example.com:acme/gpu.git', { type: 'git' }],
    ['git+ssh://git@example.com/acme/gpu', { type: 'git' }],
    ['https://example.com/acme/gpu.git', { type: 'git' }],
  ])('%s', (text, spec) => expect(parseSpec(text)).toMatchObject(spec));

  it.each([
    '',
    ' acme',
    'acme\n',
    '--registry=x',
    './folder',
    '..',
    'https://example.com/x.tgz',
    'ACME',
    'npm:other@1',
    'a b',
    '@acme',
    'x@npm:y',
  ])('refuses %j', (text) =>
    expect(() => parseSpec(text)).toThrow(expect.objectContaining({ code: 'PLUGIN_SPEC_INVALID' })),
  );
});
