import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distrust } from './path.ts';

// Not in the temporary folder: that one can be written by everybody, which is just what is refused.
const trust = { uid: process.getuid?.() ?? 0 };
let root: string;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(homedir(), '.nemoclaw-path-test-')));
  await mkdir(join(root, 'safe'), { mode: 0o755 });
  await mkdir(join(root, 'open'));
  await chmod(join(root, 'open'), 0o777);
  for (const folder of ['safe', 'open']) await writeFile(join(root, folder, 'program'), '', { mode: 0o755 });
  await writeFile(join(root, 'safe', 'loose'), '');
  await chmod(join(root, 'safe', 'loose'), 0o664);
  await symlink('program', join(root, 'safe', 'link'));
  await symlink(join(root, 'open', 'program'), join(root, 'safe', 'out'));
  await symlink('round', join(root, 'safe', 'round'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('distrust', () => {
  it.each(['safe/program', 'safe/link', 'safe/../safe/program'])('trusts %s', async (path) => {
    expect(await distrust(join(root, path), 'file', trust)).toBeUndefined();
  });

  it.each([
    ['a folder that others can write', 'open/program', /open can be written/],
    ['a file that its group can write', 'safe/loose', /loose can be written/],
    ['a link that leads into such a folder', 'safe/out', /open can be written/],
    ['a link that leads to itself', 'safe/round', /too many links/],
    ['a file that is not there', 'safe/none', /none: ENOENT/],
    ['a file in place of a folder', 'safe/program/x', /program is not a directory/],
    ['a folder in place of a file', 'safe', /safe is not a file/],
  ])('distrusts %s', async (_what, path, why) => {
    expect(await distrust(join(root, path), 'file', trust)).toMatch(why);
  });

  it('distrusts a relative path', async () => expect(await distrust('node', 'file', trust)).toMatch(/not an absolute/));
  it('distrusts another owner', async () => {
    const { chown } = await import('node:fs/promises');
    if (trust.uid !== 0) return expect(await distrust('/', 'directory', trust)).toBeUndefined();
    await writeFile(join(root, 'safe', 'theirs'), '');
    await chown(join(root, 'safe', 'theirs'), 64102, 64102);
    expect(await distrust(join(root, 'safe', 'theirs'), 'file', trust)).toMatch(/belongs to uid 64102/);
  });
});
