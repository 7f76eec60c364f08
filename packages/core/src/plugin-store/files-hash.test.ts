import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../plugins/package.fixture.ts';
import { hashFiles } from './files-hash.ts';

let root: string;
let before: string;
beforeEach(async () => {
  root = await temporaryFolder();
  await mkdir(join(root, 'node_modules/dep'), { recursive: true });
  await writeFile(join(root, 'a.js'), 'a');
  await writeFile(join(root, 'node_modules/dep/b.js'), 'b');
  await symlink('a.js', join(root, 'link.js'));
  before = await hashFiles(root);
});

describe('the hash over the files of a plugin', () => {
  it('is the same for the same files', async () => {
    expect(before).toMatch(/^sha256-[0-9a-f]{64}$/);
    await writeFile(join(root, 'a.js'), 'a');
    expect(await hashFiles(root)).toBe(before);
  });

  it.each<[string, () => Promise<void>]>([
    ['a changed file', () => writeFile(join(root, 'a.js'), 'A')],
    ['a changed dependency', () => writeFile(join(root, 'node_modules/dep/b.js'), 'B')],
    ['a file more', () => writeFile(join(root, 'c.js'), '')],
    ['a file less', () => rm(join(root, 'node_modules/dep/b.js'))],
    ['another name', () => rename(join(root, 'a.js'), join(root, 'z.js')).then(() => rm(join(root, 'link.js')))],
    ['an empty folder more', async () => void (await mkdir(join(root, 'd')))],
    ['a program of what was none', () => chmod(join(root, 'a.js'), 0o755)],
    [
      'another target of a link',
      () => rm(join(root, 'link.js')).then(() => symlink('node_modules', join(root, 'link.js'))),
    ],
  ])('sees %s', async (_title, change) => {
    await change();
    expect(await hashFiles(root)).not.toBe(before);
  });

  it('refuses a link that leads out', async () => {
    await symlink('/etc/hostname', join(root, 'out'));
    await expect(hashFiles(root)).rejects.toMatchObject({ code: 'PLUGIN_MODULE_OUTSIDE' });
  });
});
