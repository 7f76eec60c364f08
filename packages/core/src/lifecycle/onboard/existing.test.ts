import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createStateStore, type StateStore } from '../../state/store.ts';
import { journal, sandboxRecord } from '../journal.fixture.ts';
import type { Services } from '../services.ts';
import { existing } from './existing.ts';

let home: string;
let store: StateStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw-existing-'));
  store = createStateStore(home);
});
afterEach(() => rm(home, { recursive: true }));
const hint = async () =>
  (await existing({ store, options: { program: 'nemohermes' } as Services['options'] }, 'demo'))?.hint;

it('is nothing where there is no state', async () => {
  expect(await hint()).toBeUndefined();
});

it.each([
  ['a ready one', 'ready', '`nemohermes demo destroy`'],
  ['one that was begun', 'creating', '`nemohermes demo recover`'],
] as const)('%s', async (_what, phase, way) => {
  await store.writeRecord(sandboxRecord({ phase }));
  expect(await hint()).toContain(way);
});

it('an operation before the first record', async () => {
  await store.writeOperation('demo', {
    version: 1,
    operation: 'onboard',
    sandbox: 'demo',
    startedAt: '',
    pid: 1,
    committed: false,
    direction: 'forward',
    steps: [],
    data: {},
  });
  expect(await hint()).toContain('recover');
});

it('a journal whose record somebody moved away', async () => {
  await store.writeOwnership(journal());
  expect(await hint()).toContain('destroy');
});
