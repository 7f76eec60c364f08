import { describe, expect, it } from 'vitest';
import { OPENCLAW_VERSION } from '../version.ts';
import { image } from './recipe.ts';

const recipe = image({ base: 'the-base:1', builder: 'the-builder:1', architecture: 'arm64' });
const file = (path: string): string => String(recipe.files.find((entry) => entry.path === path)?.content);

describe('image recipe', () => {
  it('installs in the builder and puts only the installed tree on the base', () => {
    const stages = recipe.dockerfile.split(/^(?=FROM )/m);
    expect(stages).toHaveLength(2);
    expect(stages[0]).toMatch(/^FROM the-builder:1 AS openclaw\n/);
    expect(stages[1]?.trim().split('\n')).toEqual([
      'FROM the-base:1',
      'COPY --from=openclaw /opt/openclaw /opt/openclaw',
      'COPY tools-liaison.mjs /opt/nemoclaw/openclaw-tools-liaison.mjs',
      'COPY node-path.sh /etc/profile.d/nemoclaw-node.sh',
    ]);
  });

  it('runs no install script of a dependency', () => {
    expect(recipe.dockerfile).toContain('npm ci --ignore-scripts');
  });

  it('names no architecture: the same recipe builds on amd64 and arm64', () => {
    expect(image({ base: 'the-base:1', builder: 'the-builder:1', architecture: 'amd64' })).toEqual(recipe);
    expect(recipe.dockerfile).not.toMatch(/x64|amd64|x86|arm64|aarch64/);
  });
});

describe('lock file', () => {
  const lock = JSON.parse(file('package-lock.json')) as {
    packages: Record<
      string,
      { version?: string; integrity?: string; resolved?: string; inBundle?: boolean; dependencies?: object }
    >;
  };

  it('locks the pinned version', () => {
    expect(JSON.parse(file('package.json')).dependencies).toEqual({ openclaw: OPENCLAW_VERSION });
    expect(lock.packages['']?.dependencies).toEqual({ openclaw: OPENCLAW_VERSION });
    expect(lock.packages['node_modules/openclaw']?.version).toBe(OPENCLAW_VERSION);
  });

  it('holds every package to its content, from whatever registry it comes', () => {
    for (const [path, entry] of Object.entries(lock.packages)) {
      // What comes inside another package is covered by that one's.
      if (path === '' || entry.inBundle) continue;
      expect.soft(entry.integrity, path).toMatch(/^sha512-/);
      expect.soft(entry.resolved, path).toBeUndefined();
    }
  });

  it('has each native part for both architectures', () => {
    const native = Object.keys(lock.packages).filter((path) => /-linux-(x64|arm64)/.test(path));
    expect(native.length).toBeGreaterThan(0);
    const twin = (path: string): string =>
      path.includes('-linux-x64')
        ? path.replace('-linux-x64', '-linux-arm64')
        : path.replace('-linux-arm64', '-linux-x64');
    expect(native.filter((path) => !native.includes(twin(path)))).toEqual([]);
  });
});
