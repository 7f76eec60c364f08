import { describe, expect, it } from 'vitest';
import { launchCommand } from '../protocol.ts';
import { parseLaunch } from './parse-launch.ts';

describe('parseLaunch', () => {
  it('reads back what the host builds, whatever the command looks like', () => {
    const argv = ['/bin/sh', '--', '--as', 'gateway'];
    const command = launchCommand({ as: 'tools', cwd: '/workspace' }, argv);
    expect(command.slice(0, 3)).toEqual(['/opt/node/bin/node', '/opt/nemoclaw/supervisor.mjs', 'launch']);
    expect(parseLaunch(command.slice(3))).toEqual({ as: 'tools', cwd: '/workspace', argv });
  });

  it.each([
    [['--as', 'tools', 'id'], 'expected -- before the command'],
    [['--as', 'tools', '--'], 'no command'],
    [['--as', 'root', '--', 'id'], 'unknown option --as root'],
    [['--cwd', 'here', '--as', 'tools', '--', 'id'], 'unknown option --cwd here'],
    [['--', 'id'], 'say --as tools or --as gateway'],
  ])('refuses %j', (args, why) => expect(parseLaunch(args)).toBe(why));
});
