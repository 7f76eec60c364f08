import { describe, expect, it } from 'vitest';
import { decideEngine, type EngineFacts } from './decide.ts';
import { DEFAULT_SOCKET, type EngineState } from './find.ts';

const usable: EngineState = { state: 'usable', version: '28.5.2', socket: DEFAULT_SOCKET };
const stopped: EngineState = { state: 'not_running', socket: DEFAULT_SOCKET };

const fresh: EngineFacts = {
  engine: stopped,
  root: true,
  installed: undefined,
  archive: { uri: 'http://mirror.example/debian', lacking: ['sid'] },
  systemd: false,
  mayInstall: true,
  user: 'ann',
};
const APT = 'apt-get install --no-install-recommends docker.io/sid containerd/trixie iptables';

describe('decideEngine', () => {
  it.each<[string, Partial<EngineFacts>, object]>([
    ['an engine that runs', { engine: usable }, { do: 'use', version: '28.5.2' }],
    ['an engine that runs, without root', { engine: usable, root: false }, { do: 'use', version: '28.5.2' }],
    ['a fresh machine', {}, { do: 'install', with: 'dockerd' }],
    ['a fresh machine with systemd', { systemd: true }, { do: 'install', with: 'systemd' }],
    ['an engine that is installed', { installed: '28.5.2+dfsg4' }, { do: 'start', with: 'dockerd' }],
    ['the same with systemd', { installed: '28.2.0', systemd: true }, { do: 'start', with: 'systemd' }],
    ['starting is no installing', { installed: '28.2', mayInstall: false }, { do: 'start', with: 'dockerd' }],
  ])('%s', (_, facts, expected) => {
    expect(decideEngine({ ...fresh, ...facts })).toEqual(expected);
  });

  it.each<[string, Partial<EngineFacts>, string[]]>([
    ['forbidden', { mayInstall: false }, ['NEMOCLAW_INSTALL_ENGINE=0', APT]],
    ['forbidden, without root', { mayInstall: false, root: false }, ['NEMOCLAW_INSTALL_ENGINE=0', APT]],
    ['not root', { root: false }, ['only root can install', APT]],
    ['not Debian', { archive: undefined }, ['only on Debian', 'docs.docker.com/engine/install']],
    ['installed and too old', { installed: '20.10.24' }, ['is 20.10.24', '28.2 or newer', APT]],
    ['running and too old', { engine: { state: 'too_old', version: '27.0.1' } }, ['is 27.0.1', APT]],
    ['not root, stopped', { root: false, installed: '28.5.2' }, ['only root can start it: sudo dockerd']],
    [
      'not root, stopped, systemd',
      { root: false, installed: '28.5.2', systemd: true },
      ['sudo systemctl start docker'],
    ],
    ['not in the group', { engine: { state: 'no_permission', socket: '/s' } }, ['usermod -aG docker ann', '/s']],
    ['remote', { engine: { state: 'remote', host: 'tcp://h:1' } }, ['tcp://h:1', 'Unset it']],
    ['hung', { engine: { state: 'no_answer', socket: '/s', reason: 'no answer within 5 s' } }, ['/s', 'within 5 s']],
    ['another socket', { engine: { state: 'not_running', socket: '/elsewhere' } }, ['/elsewhere', 'DOCKER_HOST']],
  ])('refuses: %s', (_, facts, words) => {
    const decision = decideEngine({ ...fresh, ...facts });
    expect(decision.do).toBe('refuse');
    for (const word of words) expect(decision).toMatchObject({ why: expect.stringContaining(word) });
  });
});
