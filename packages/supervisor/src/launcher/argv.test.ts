import { expect, it } from 'vitest';
import { groupsOf, launchArgv } from './argv.ts';

it('names uid, gid and groups as numbers and empties the capability sets', () => {
  expect(launchArgv({ as: 'gateway', groups: [44] }, ['/opt/x', '-v'])).toEqual([
    '/usr/bin/setpriv',
    '--reuid=64101',
    '--regid=64101',
    '--groups=44,64110',
    '--no-new-privs',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--',
    '/opt/x',
    '-v',
  ]);
});

it('enters the folder after the change of uid, with the arguments left as they are', () => {
  const argv = launchArgv({ as: 'tools', groups: [], cwd: '/a b' }, ['/opt/x', '$(id)']);
  expect(argv.slice(argv.indexOf('--') + 1)).toEqual([
    '/bin/sh',
    '-c',
    'cd -- "$0" && exec "$@"',
    '/a b',
    '/opt/x',
    '$(id)',
  ]);
});

it('never gives the group of root, and none twice', () => expect(groupsOf([0, 64110, 44, 44])).toEqual([44, 64110]));
