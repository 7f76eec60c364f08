import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { throwAwayHome } from './home.ts';

it('is private, has a space in its path, and is gone afterwards with what was put into it', async () => {
  let path: string;
  {
    await using home = await throwAwayHome();
    path = home.path;
    expect(path).toContain(' ');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(home.env.NEMOCLAW_HOME).toBe(path);
    writeFileSync(join(path, 'x'), '');
  }
  expect(existsSync(path)).toBe(false);
});
