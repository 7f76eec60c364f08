import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { say } from '../quickstart/progress.ts';

/** What an engine makes for itself. */
export const ENGINE_FOLDERS = [
  '/var/lib/docker',
  '/var/lib/containerd',
  '/etc/docker',
  '/run/docker',
  '/run/containerd',
];

/** Mount points below the folders, the deepest first; `mounts` is the text of /proc/self/mounts. */
export const mountsBelow = (folders: string[], mounts: string): string[] =>
  mounts
    .split('\n')
    .map((line) =>
      (line.split(' ')[1] ?? '').replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
    )
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
    .sort((a, b) => b.length - a.length);

/** An engine that stopped leaves its network namespace mounted. What is a mount of somebody else's stays. */
export const removeEngineFolders = async (folders: string[]): Promise<void> => {
  const left = mountsBelow(folders, readFileSync('/proc/self/mounts', 'utf8'));
  if (left.length > 0) await execa('umount', left, { reject: false });
  const { stderr } = await execa('rm', ['-rf', '--one-file-system', ...folders], { reject: false });
  if (stderr) say(`   Not all of the engine's folders could be removed:\n${stderr}`);
};
