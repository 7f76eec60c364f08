import { expect, it } from 'vitest';
import { mountsBelow } from './folders.ts';

it('finds mounts below the folders, the deepest first, and not the folders themselves', () => {
  const mounts = [
    '/dev/sda1 / ext4 rw 0 0',
    '/dev/sdb1 /var/lib/docker ext4 rw 0 0',
    'nsfs /run/docker/netns/default nsfs rw 0 0',
    'overlay /run/docker/netns/default/in\\040it overlay rw 0 0',
    'tmpfs /run/docker-other tmpfs rw 0 0',
    '',
  ].join('\n');
  expect(mountsBelow(['/var/lib/docker', '/run/docker'], mounts)).toEqual([
    '/run/docker/netns/default/in it',
    '/run/docker/netns/default',
  ]);
});
