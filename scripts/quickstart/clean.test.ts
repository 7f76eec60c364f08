import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeHome } from './clean.ts';

const homeWith = (config: object | undefined, sandbox?: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'a home-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'sandboxes', sandbox ?? '.trash'), { recursive: true });
  if (config) writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
};
const OURS = 'nemoclaw-parent:trixie';

describe('removeHome', () => {
  it('takes a home away that was made here and holds nothing else', () => {
    const folder = homeWith({ image: { parent: OURS } });
    removeHome({ folder, existed: false }, OURS);
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    ['was there before', homeWith, undefined, true],
    ['holds another sandbox', homeWith, 'mine', false],
  ])('leaves a home that %s, without the parent image', (_, make, sandbox, existed) => {
    const folder = make({ image: { parent: OURS } }, sandbox);
    removeHome({ folder, existed }, OURS);
    expect(existsSync(folder)).toBe(true);
    expect(existsSync(join(folder, 'config.json'))).toBe(false);
  });

  it('leaves settings of the user’s, their parent image among them', () => {
    const folder = homeWith({ image: { parent: 'their/own:image' }, holdMs: 1 });
    removeHome({ folder, existed: false }, OURS);
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toEqual({
      image: { parent: 'their/own:image' },
      holdMs: 1,
    });
  });
});
