import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** Why no file system of its own can be mounted here, or undefined. */
export const smallDiskRefusal = (): string | undefined =>
  process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'needs root, to mount a small file system';

/** A file system of that folder's own, which can be filled to the last byte. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  dispose(): Promise<void>;
}

export const mountSmallDisk = async (folder: string): Promise<SmallDisk> => {
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', folder]);
  const ballast = join(folder, 'ballast');
  return {
    fill() {
      const file = openSync(ballast, 'a');
      // In pieces that get smaller, so that not even a small file finds room.
      for (let size = 1 << 16; size >= 1; )
        try {
          writeSync(file, Buffer.alloc(size));
        } catch {
          size >>= 1;
        }
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    dispose: async () => void (await execa('umount', ['--lazy', folder])),
  };
};
