import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinNames } from '../scripts/builtin-index.ts';
import { commandIndex, freshManifest } from '../scripts/manifest.ts';
import { REFERENCE, referencePage } from '../scripts/reference.ts';
import { GENERATED, generatedFolder } from './generated.ts';
import { NEMOCLAW } from './program.ts';
import { PACKAGE } from './testing/program.ts';

const generated = (file: string): unknown => JSON.parse(readFileSync(new URL(file, generatedFolder(PACKAGE)), 'utf8'));
const manifestText = readFileSync(join(PACKAGE, 'oclif.manifest.json'), 'utf8');

describe('what the build wrote is fresh', () => {
  it('the oclif manifest', async () => {
    expect(manifestText).toBe(await freshManifest());
  });

  it('the manifest has every command of the sources', () => {
    const sources = globSync('**/*.ts', { cwd: join(PACKAGE, 'src', 'commands') }).map((file) =>
      file.replace(/(\/index)?\.ts$/, '').replaceAll('/', ':'),
    );
    expect(Object.keys(JSON.parse(manifestText).commands).sort()).toEqual(sources.sort());
  });

  it('the index of commands, with their scope', async () => {
    const index = await commandIndex(NEMOCLAW);
    expect(generated(GENERATED.commands)).toEqual(index);
    expect(index).toContainEqual({ id: 'gateway:restart', scope: 'sandbox' });
  });

  it('the index of built-in plugins', async () => {
    const names = await builtinNames();
    expect(generated(GENERATED.plugins)).toEqual(names);
    expect(names).toContain('@nemoclaw/driver-docker');
  });

  it('docs/reference/commands.md', async () => {
    expect(readFileSync(REFERENCE, 'utf8')).toBe(await referencePage());
  });
});
