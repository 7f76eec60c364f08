import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { journal, sandboxRecord } from './journal.fixture.ts';
import { knownSandbox } from './resolve.ts';
import { servicesAt } from './services.fixture.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'nemoclaw-resolve-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('refuses a sandbox of another driver: what this one does not see is not gone', async () => {
  const mine = servicesAt(home);
  await mine.store.writeRecord(sandboxRecord());
  await mine.store.writeOwnership(journal());
  expect((await knownSandbox(mine, 'demo')).record.driver).toBe('a-driver');
  await expect(knownSandbox({ ...mine, driverId: async () => 'another' }, 'demo')).rejects.toMatchObject({
    code: 'DRIVER_MISMATCH',
    hint: expect.stringContaining('NEMOCLAW_DRIVER=a-driver'),
  });
});
