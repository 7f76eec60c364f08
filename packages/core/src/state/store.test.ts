import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CodedError } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OwnershipJournal, SandboxRecord } from '../api/records.ts';
import type { OperationJournal } from '../operations/types.ts';
import { createStateStore, type StateStore } from './store.ts';

let home: string;
let store: StateStore;
beforeEach(async () => {
  // A home with spaces is an ordinary one.
  home = join(await mkdtemp(join(tmpdir(), 'nemoclaw state ')), 'my home');
  store = createStateStore(home);
});
afterEach(() => rm(dirname(home), { recursive: true }));

const record: SandboxRecord = {
  version: 1,
  sandboxId: '0a1b2c3d-4e5f-6789-abcd-ef0123456789',
  name: 'demo',
  createdAt: '2026-11-21T09:00:00.000Z',
  phase: 'ready',
  agent: { id: 'a', version: '1', plugin: 'p@1', profile: 'full', isolation: 'shared', isolationProof: 'declared' },
  driver: 'd',
  image: { id: 'sha256:1', tag: 't', base: 'b', parent: 'p' },
  relayImage: { id: 'sha256:2', tag: 't' },
  provider: { id: 'vllm', endpoint: 'http://x/v1', model: 'm', contextTokens: 8192, credential: false, forward: false },
  ingressPort: 18_700,
  gpu: { mode: 'auto', strategy: null, reason: 'none', requested: [] },
  proofs: { chat: { at: '2026-11-21T09:00:00.000Z', summary: 's', elapsedMs: 1 } },
  warnings: [],
  certificateNotAfter: '2027-02-19T09:00:00.000Z',
};
const ownership: OwnershipJournal = {
  version: 1,
  sandboxId: record.sandboxId,
  name: 'demo',
  authoritative: { id: 'c', generation: 'g' },
  retired: [],
  creating: null,
  intent: {
    incumbent: { id: 'c', generation: 'g' },
    replacement: { generation: 'h' },
    backupName: 'b',
    operation: 'o',
  },
  resources: {
    relay: null,
    forward: null,
    network: { id: 'n' },
    volumes: [{ name: 'v', nonce: 'x', purpose: 'state' }],
  },
};
const operation: OperationJournal = {
  version: 1,
  operation: 'onboard',
  sandbox: 'demo',
  startedAt: record.createdAt,
  pid: 1,
  committed: false,
  direction: 'forward',
  steps: [{ id: 'a', state: 'running' }],
  data: { deep: [{ a: null }] },
};
const failureOf = async (work: Promise<unknown>): Promise<CodedError> => {
  try {
    await work;
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('it did not fail');
};

describe('what is written', () => {
  it('is read again as it was', async () => {
    await store.writeRecord(record);
    await store.writeOwnership(ownership);
    await store.writeOperation('demo', operation);
    await store.writeSecret('demo', 'ca.key', 'pem');
    expect(await store.readRecord('demo')).toEqual(record);
    expect(await store.readOwnership('demo')).toEqual(ownership);
    expect(await store.readOperation('demo')).toEqual(operation);
    expect(await store.readSecret('demo', 'ca.key')).toBe('pem');
    expect(await store.listNames()).toEqual(['demo']);
  });

  it('is for its owner only, and leaves no temporary file', async () => {
    await store.writeRecord(record);
    await store.writeSecret('demo', 'ca.key', 'pem');
    const { folder, secrets } = store.paths('demo');
    const modes = await Promise.all(
      [home, folder, secrets, join(folder, 'sandbox.json'), join(secrets, 'ca.key')].map(
        async (path) => (await stat(path)).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o700, 0o600, 0o600]);
    expect((await readdir(folder)).sort()).toEqual(['sandbox.json', 'secrets']);
  });

  it('has the shape that can be read: what has not is refused, and the old one stays', async () => {
    await store.writeRecord(record);
    const error = await failureOf(store.writeRecord({ ...record, ingressPort: 'x' } as never));
    expect(error).toMatchObject({ code: 'INTERNAL_ERROR', message: expect.stringContaining('ingressPort') });
    expect(await store.readRecord('demo')).toEqual(record);
  });

  it('leaves out what a plugin’s result has too much', async () => {
    const probe = {
      probe: 'p',
      status: 'ok',
      code: 'ok',
      layer: 'http',
      summary: 's',
      remedy: [],
      evidence: {},
      elapsedMs: 1,
    };
    const proof = { at: record.createdAt, summary: 's' };
    await store.writeRecord({
      ...record,
      proofs: { inference: { ...proof, probe: { ...probe, extra: true } as never } },
    });
    expect((await store.readRecord('demo'))?.proofs.inference?.probe).toEqual(probe);
  });
});

describe('what is not there', () => {
  it('is undefined, and makes nothing', async () => {
    expect(await store.readRecord('demo')).toBeUndefined();
    expect(await store.readOwnership('demo')).toBeUndefined();
    expect(await store.readOperation('demo')).toBeUndefined();
    expect(await store.readSecret('demo', 'ca.key')).toBeUndefined();
    expect(await store.listNames()).toEqual([]);
    await store.clearOperation('demo');
    await expect(stat(home)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('what can’t be used', () => {
  it.each([
    ['', 'STATE_UNREADABLE', 'it is empty'],
    ['{"version": 1', 'STATE_UNREADABLE', 'it is not JSON'],
    ['null', 'STATE_UNREADABLE', 'it states no version'],
    ['{}', 'STATE_UNREADABLE', 'it states no version'],
    ['{"version": 2}', 'STATE_VERSION', 'version 2'],
    ['{"version": "1"}', 'STATE_VERSION', 'version "1"'],
    ['{"version": 1}', 'STATE_UNREADABLE', 'sandboxId'],
    [JSON.stringify({ ...record, name: 'other' }), 'STATE_UNREADABLE', 'belongs to sandbox other'],
    [JSON.stringify({ ...record, later: 1 }), 'STATE_UNREADABLE', 'later'],
  ])('%j is an error that names the file, and stays as it is', async (content, code, words) => {
    const path = store.paths('demo').record;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    const error = await failureOf(store.readRecord('demo'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(path);
    expect(error.message).toContain(words);
    expect(error.hint ?? '').not.toBe('');
    expect(await readFile(path, 'utf8')).toBe(content);
    expect(await store.listNames()).toEqual(['demo']);
  });

  it('holds for the journals too, and for a folder where a file should be', async () => {
    await mkdir(store.paths('demo').operation, { recursive: true });
    await writeFile(store.paths('demo').ownership, '[]');
    expect((await failureOf(store.readOperation('demo'))).code).toBe('STATE_UNREADABLE');
    expect((await failureOf(store.readOwnership('demo'))).code).toBe('STATE_UNREADABLE');
  });
});

describe('names', () => {
  it('that are none never become a path', async () => {
    for (const name of ['../x', 'A', '', '.hidden'])
      expect(() => store.paths(name)).toThrow(expect.objectContaining({ code: 'BAD_NAME' }));
    expect((await failureOf(store.readSecret('demo', '../sandbox.json'))).code).toBe('INTERNAL_ERROR');
  });

  it('are listed sorted, without strangers, empty folders and evidence of what is gone', async () => {
    for (const name of ['b', 'a']) await store.writeRecord({ ...record, name });
    await store.writeOperation('c', { ...operation, sandbox: 'c' });
    await mkdir(join(home, 'sandboxes', 'empty'));
    await mkdir(join(home, 'sandboxes', 'gone', 'evidence'), { recursive: true });
    await mkdir(join(home, 'sandboxes', 'Not-A-Name'));
    await writeFile(join(home, 'sandboxes', 'file'), '');
    expect(await store.listNames()).toEqual(['a', 'b', 'c']);
  });
});

describe('what a writer that was killed left', () => {
  const leave = async (path: string): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '{"half');
  };

  it('is seen as a trace, taken away with the lock, and the folder with it where nothing else is there', async () => {
    const { folder, secrets } = store.paths('demo');
    expect(await store.hasTraces('demo')).toBe(false);
    await leave(join(folder, '.operation.json.0123.tmp'));
    await leave(join(secrets, '.ca.key.0123.tmp'));
    expect(await store.hasTraces('demo')).toBe(true);
    await (await store.lock('demo', { operation: 'recover' })).release();
    expect(await readdir(join(home, 'sandboxes'))).toEqual([]);
    expect(await store.hasTraces('demo')).toBe(false);
  });

  it('goes alone: what is state stays, and so does everything of others', async () => {
    await store.writeRecord(record);
    const other = join(store.paths('other').folder, '.sandbox.json.0123.tmp');
    for (const path of [join(store.paths('demo').folder, '.sandbox.json.0123.tmp'), other]) await leave(path);
    await leave(join(home, 'trash', 'cut-off', 'sandbox.json'));
    await (await store.lock('demo', { operation: 'recover' })).release();
    expect(await readdir(store.paths('demo').folder)).toEqual(['sandbox.json']);
    expect(await readFile(other, 'utf8')).toBe('{"half');
    expect(await readdir(join(home, 'trash'))).toEqual([]);
  });

  it('is also the claim that was never announced: it goes when its owner is dead', async () => {
    const claim = (pid: number) => JSON.stringify({ owner: { ...here, pid }, operation: 'onboard', since: 'x' });
    const here = { startTime: '1', bootId: 'this', pidNamespace: 'n', machine: 'm' };
    const dead = createStateStore(home, {
      processFacts: {
        self: async () => ({ ...here, pid: process.pid }),
        observe: async (pid) => (pid === 1 ? { state: 'present', startTime: '1' } : { state: 'gone' }),
      },
    });
    for (const [id, pid] of [
      ['dead', 2],
      ['alive', 1],
    ] as const) {
      await leave(join(home, 'locks', `demo.${id}.tmp`));
      await writeFile(join(home, 'locks', `demo.${id}.tmp`), claim(pid));
    }
    await (await dead.lock('demo', { operation: 'recover' })).release();
    expect(await readdir(join(home, 'locks'))).toEqual(['demo.alive.tmp']);
  });
});

describe('removeSandbox', () => {
  it('takes the folder away whole, the rest stays', async () => {
    await store.writeRecord(record);
    await store.writeSecret('demo', 'ca.key', 'pem');
    await store.writeRecord({ ...record, name: 'other' });
    await store.removeSandbox('demo');
    await store.removeSandbox('demo');
    expect(await store.listNames()).toEqual(['other']);
    expect(await readdir(join(home, 'trash'))).toEqual([]);
  });

  it('clears what an earlier one left when it was killed', async () => {
    await mkdir(join(home, 'trash', 'half-deleted', 'secrets'), { recursive: true });
    await store.writeRecord(record);
    expect(await store.listNames()).toEqual(['demo']);
    await store.removeSandbox('demo');
    expect(await readdir(join(home, 'trash'))).toEqual([]);
    expect(await readdir(join(home, 'sandboxes'))).toEqual([]);
  });
});

describe('the home', () => {
  it('has one id, whoever asks first', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => createStateStore(home).homeId()));
    expect(ids[0]).toMatch(/^[0-9a-f]{8}$/);
    expect(new Set(ids)).toEqual(new Set([await store.homeId()]));
  });

  it('with an id that can’t be read gets no new one', async () => {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'home.json'), '{}');
    expect((await failureOf(store.homeId())).code).toBe('STATE_UNREADABLE');
  });

  it('that is a file is said to be unwritable', async () => {
    await writeFile(home, '');
    expect(await failureOf(createStateStore(join(home, 'below')).ensureHome())).toMatchObject({
      code: 'HOME_UNWRITABLE',
    });
  });

  it.skipIf(process.getuid?.() === 0)('that is read-only is said to be unwritable', async () => {
    await mkdir(home, { mode: 0o500 });
    await chmod(home, 0o500);
    expect((await failureOf(store.ensureHome())).code).toBe('HOME_UNWRITABLE');
    await chmod(home, 0o700);
  });
});
