import { IDS } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commanded, startCommanded } from './isolation/commanded.ts';
import { describeWalls } from './isolation/walls.ts';
import { readVolumeText } from './world/volume.ts';

const SEALED = ['/etc/nemoclaw/agent/.env', '/etc/nemoclaw/agent/config.yaml', '/etc/nemoclaw/agent/tools_ed25519'];
/** Of all processes of sshd. */
const SSHD = `cat /proc/[0-9]*/status 2>/dev/null | awk '/^Name:/{name=$2} /^Pid:/{pid=$2} /^Uid:/{if (name ~ /^sshd/ && $2 == ${IDS.tools}) print pid}'`;

/** Hermes answers with what its tool gave back: JSON with what the command printed. */
const printed = (answer: string): string => {
  const json = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
  try {
    return (JSON.parse(json) as { output?: string; error?: string }).output ?? answer;
  } catch {
    return answer;
  }
};

describe('Hermes’ commands with a uid of their own, through an sshd on loopback', () => {
  let box: Commanded;

  beforeAll(async () => {
    box = await startCommanded({ name: 'two-uids-hermes', agent: 'hermes', tool: 'terminal', printed });
  }, 900_000);
  afterAll(() => box?.dispose(), 300_000);

  describeWalls(() => box, {
    sealed: SEALED,
    gatewayPort: 18_642,
    offered: ['terminal', 'process', 'todo', 'memory', 'session_search'],
    toolsBytes: 32 << 20,
    secrets: async () => {
      const read = (file: string) => readVolumeText(box.driver, box.world, box.name, 'sealed', `agent/${file}`);
      const key = (await read('tools_ed25519')).split('\n');
      return [(await read('.env')).trim().replace('API_SERVER_KEY=', ''), ...key.slice(2, -3)];
    },
  });

  it('fails closed while nobody listens for commands, and brings the listener back', async () => {
    const before = (await box.supervisor()).tools?.process;
    const kill = `for pid in $(${SSHD}); do kill -STOP $pid; done; for pid in $(${SSHD}); do kill -9 $pid; done`;
    await box.inside('tools', ['/bin/sh', '-c', kill]);
    const said = await box.command('id -u > /workspace/ran-anyway; id -u');
    expect(said).not.toMatch(new RegExp(`^${IDS.gateway}$`, 'm'));
    const whose = await box.inside('gateway', ['/bin/sh', '-c', 'cat /workspace/ran-anyway 2>/dev/null || true']);
    expect(['', String(IDS.tools)]).toContain(whose.stdout.trim());
    await box.toolsReady(60_000);
    expect((await box.supervisor()).tools?.process?.pid).not.toBe(before?.pid);
    expect(await box.command('id -u')).toMatch(new RegExp(`^${IDS.tools}$`, 'm'));
  }, 300_000);

  it('knows its sshd by its key: another one on its port gets no command', async () => {
    // Whoever holds the port while sshd is away; the supervisor sees that it is not its own.
    const other = [
      'cp /etc/nemoclaw/tools/sshd_config /tmp/other.conf',
      'ssh-keygen -q -t ed25519 -N "" -f /tmp/other_key',
      'sed -i "s|^HostKey .*|HostKey /tmp/other_key|" /tmp/other.conf',
      `for pid in $(${SSHD}); do kill -STOP $pid; done; for pid in $(${SSHD}); do kill -9 $pid; done`,
      'for try in 1 2 3 4 5 6 7 8 9 10; do setsid /usr/sbin/sshd -D -f /tmp/other.conf </dev/null >/dev/null 2>&1 & sleep 0.05; done',
    ];
    await box.inside('tools', ['/bin/bash', '-c', other.join('\n')]);
    const said = await box.command('echo it-ran; id -u');
    expect(said).not.toMatch(/^it-ran$/m);
    await box.inside('tools', ['/bin/sh', '-c', `for pid in $(${SSHD}); do kill -9 $pid; done`]);
    await box.toolsReady(90_000);
    expect(await box.command('id -u')).toMatch(new RegExp(`^${IDS.tools}$`, 'm'));
  }, 300_000);

  it('copies nothing of the tools’ into the gateway’s home', async () => {
    expect(await box.command('mkdir -p ~/.hermes/skills/x; touch ~/.hermes/x')).toMatch(
      /Permission denied[\s\S]*Permission denied/,
    );
    const said = await box.command('mv ~/.hermes ~/moved; rmdir ~/.hermes');
    expect(said.match(/Operation not permitted/g)).toHaveLength(2);
    expect(await box.command('stat -c "%a %u" ~/.hermes')).toBe('555 0');
  }, 120_000);
});
