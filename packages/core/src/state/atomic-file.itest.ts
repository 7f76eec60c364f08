import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic, writeFileOnce } from './atomic-file.ts';

/** A real small disk needs root: `mount -t tmpfs`. */
describe.skipIf(process.getuid?.() !== 0)('a disk that is nearly full', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'nemoclaw-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  });
  afterEach(() => {
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  // 40 KiB are free: the first part of the write is taken, the rest is not.
  it('keeps the old file whole and leaves nothing of the new one', async () => {
    const path = join(disk, 'sandbox.json');
    writeFileSync(path, 'a'.repeat(20_000));
    await expect(writeFileAtomic(path, 'b'.repeat(50_000))).rejects.toMatchObject({
      code: 'DISK_FULL',
      details: { path },
    });
    expect(readFileSync(path, 'utf8')).toBe('a'.repeat(20_000));
    expect(readdirSync(disk)).toEqual(['sandbox.json']);
  });

  it('makes no half file either', async () => {
    await expect(writeFileOnce(join(disk, 'home.json'), 'b'.repeat(80_000))).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(readdirSync(disk)).toEqual([]);
  });
});
