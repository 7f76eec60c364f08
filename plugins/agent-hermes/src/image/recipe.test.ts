import { describe, expect, it } from 'vitest';
import { HERMES_VERSION } from '../version.ts';
import { image, requirement } from './recipe.ts';

const recipe = image({ base: 'the-base:1', builder: 'the-builder:1', architecture: 'arm64' });
const lock = String(recipe.files.find(({ path }) => path === 'requirements.txt')?.content);
/** One for each package: its first line, then a hash on each that follows. */
const pins = lock
  .replaceAll('\\\n', ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('image recipe', () => {
  it('installs in the builder, from wheels alone, and puts only the installed tree on the base', () => {
    const stages = recipe.dockerfile.split(/^(?=FROM )/m);
    expect(stages).toHaveLength(2);
    expect(stages[0]).toMatch(/^FROM the-builder:1 AS hermes\n/);
    expect(stages[0]).toMatch(/--no-deps --require-hashes --only-binary :all:/);
    expect(stages[1]).toMatch(/^FROM the-base:1\n/);
    expect(stages[1]).not.toMatch(/pip|venv/);
    expect(stages[1]).toMatch(/^COPY --from=hermes \/opt\/hermes \/opt\/hermes$/m);
  });

  it('leaves no key of a host and no set-uid program of OpenSSH behind', () => {
    const base = recipe.dockerfile.slice(recipe.dockerfile.indexOf('FROM the-base'));
    expect(base).toMatch(/openssh-server[\s\S]*rm -f \/etc\/ssh\/ssh_host_\*[\s\S]*chmod a-s/);
  });

  it('knows the tools’ sshd by its sealed key alone', () => {
    const conf = String(recipe.files.find(({ path }) => path === 'ssh.conf')?.content);
    expect(conf).toContain('GlobalKnownHostsFile /etc/nemoclaw/agent/known_hosts');
    expect(conf).toContain('UserKnownHostsFile /dev/null');
    expect(conf).toContain('HostKeyAlgorithms ssh-ed25519');
  });
});

describe('lock file', () => {
  it('locks the pinned version', () => {
    expect(requirement()).toBe(`hermes-agent[messaging]==${HERMES_VERSION}`);
    expect(pins.filter((pin) => pin.startsWith('hermes-agent'))).toEqual([
      expect.stringMatching(new RegExp(`^hermes-agent(\\[messaging\\])?==${HERMES_VERSION.replaceAll('.', '\\.')} `)),
    ]);
  });

  it('has what opens the port: without the extra, Hermes runs on without it', () => {
    expect(pins.some((pin) => pin.startsWith('aiohttp=='))).toBe(true);
  });

  it('holds every package to one version and to its content, from whatever index it comes', () => {
    expect(pins.length).toBeGreaterThan(50);
    for (const pin of pins) expect.soft(pin).toMatch(/^[\w.[\]-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}/);
    expect(lock).not.toMatch(/https?:|--index|--extra-index|--find-links/);
  });
});
