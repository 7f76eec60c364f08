import { describe, expect, it } from 'vitest';
import { imageTag, type RecipeContent } from './address.ts';

const content: RecipeContent = {
  dockerfile: 'FROM x\n',
  files: [
    { path: 'a', content: 'one' },
    { path: 'b', content: 'two', mode: 0o755 },
  ],
  buildArgs: { VERSION: '1' },
  parents: ['sha256:1'],
};
const tag = (change: Partial<RecipeContent> = {}) => imageTag('nemoclaw-base', { ...content, ...change });

describe('imageTag', () => {
  it('is the name and twelve hex digits', () => expect(tag()).toMatch(/^nemoclaw-base:[0-9a-f]{12}$/));

  it.each<[string, Partial<RecipeContent>]>([
    ['the Dockerfile', { dockerfile: 'FROM y\n' }],
    ['a parent’s id', { parents: ['sha256:2'] }],
    ['a file’s content', { files: [content.files[0]!, { path: 'b', content: 'TWO', mode: 0o755 }] }],
    ['a file’s mode', { files: [content.files[0]!, { path: 'b', content: 'two' }] }],
    ['a file’s name', { files: [{ path: 'c', content: 'one' }, content.files[1]!] }],
    ['where one file ends', { files: [{ path: 'ao', content: 'ne' }, content.files[1]!] }],
    ['a build argument', { buildArgs: { VERSION: '2' } }],
  ])('changes with %s', (_what, change) => expect(tag(change)).not.toBe(tag()));

  it.each<[string, Partial<RecipeContent>]>([
    ['the order of files', { files: [...content.files].reverse() }],
    ['bytes in place of text', { files: [{ path: 'a', content: Buffer.from('one') }, content.files[1]!] }],
    ['the proxy that the build goes through', { buildArgs: { VERSION: '1', https_proxy: 'http://p', NO_PROXY: 'x' } }],
  ])('does not change with %s', (_what, change) => expect(tag(change)).toBe(tag()));
});
