import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '@nemoclaw/plugin-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OwnershipJournal, SandboxEvent } from '../../api/records.ts';
import { codedError } from '../../errors/index.ts';
import { containerState, controlledBy } from '../driver.fixture.ts';
import { journal, sandboxRecord } from '../journal.fixture.ts';
import { list } from '../list.ts';
import { updateOwnership } from '../onboard/tools.ts';
import { servicesAt } from '../services.fixture.ts';
import type { Services } from '../services.ts';
import { events, status } from './index.ts';

const intent: OwnershipJournal['intent'] = {
  incumbent: { id: 'c1', generation: 'g1' },
  replacement: { generation: 'g2', id: 'c2' },
  backupName: 'backup',
  operation: 'gpu-set',
};
const event = (more: Partial<SandboxEvent>): SandboxEvent => ({
  reason: 'InstanceMissing',
  level: 'error',
  ids: [],
  message: 'gone',
  containers: [],
  firstAt: '2026-11-21T00:00:00.000Z',
  lastAt: '2026-11-21T00:00:00.000Z',
  count: 1,
  active: true,
  ...more,
});

let home: string;
let services: Services;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'nemoclaw status '));
  services = servicesAt(home);
  await services.store.writeRecord(sandboxRecord());
  await services.store.writeOwnership(journal());
});
afterEach(() => rm(home, { recursive: true }));

const seen = (...all: SandboxEvent[]) => services.store.writeEvents({ version: 1, name: 'demo', events: all });
const conditions = async () => {
  const { condition } = await status(services, 'demo');
  expect((await list(services)).conditions.demo).toBe(condition?.status);
  return condition?.status;
};

describe('a recorded status', () => {
  it('is of none of the five when nothing was seen, or what was seen is over', async () => {
    expect(await conditions()).toBeUndefined();
    await seen(event({ active: false }), event({ reason: 'Stranger', level: 'warning' }));
    expect(await conditions()).toBeUndefined();
    expect((await status(services, 'demo')).events?.map(({ reason }) => reason)).toEqual(['Stranger']);
    expect((await events(services, 'demo')).events).toHaveLength(2);
  });

  it.each(['InstanceMissing', 'IdentityConflict', 'OwnershipUnresolved', 'OwnershipPersistFailed'] as const)(
    'is %s while that is how it was seen last',
    async (reason) => {
      await seen(event({ reason }));
      expect(await conditions()).toBe(reason);
    },
  );

  it('is ReplacementPending by the word of the journal alone', async () => {
    await seen(event({ reason: 'ReplacementPending', level: 'warning' }));
    expect(await conditions()).toBeUndefined();
    await services.store.writeOwnership(journal({ intent }));
    expect(await conditions()).toBe('ReplacementPending');
    await rm(services.store.paths('demo').events);
    expect((await status(services, 'demo')).condition).toMatchObject({
      status: 'ReplacementPending',
      ids: ['c1', 'c2'],
    });
  });

  it.each([
    ['missing', undefined],
    ['no JSON', '{'],
  ])('is OwnershipUnresolved with a journal that is %s', async (_what, text) => {
    await rm(services.store.paths('demo').ownership);
    if (text !== undefined) await writeFile(services.store.paths('demo').ownership, text);
    expect(await conditions()).toBe('OwnershipUnresolved');
    expect((await status(services, 'demo')).condition?.reason).toContain('ownership.json');
  });

  it('of what is not there is an error', async () => {
    await expect(status(services, 'nobody')).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' });
    await expect(events(services, 'nobody')).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' });
  });
});

it('a journal that can’t be written is an error and a status, and nothing is done', async () => {
  const failing: Services = {
    ...services,
    store: {
      ...services.store,
      writeOwnership: async () => {
        throw codedError('DISK_FULL', { message: 'the disk is full' });
      },
    },
  };
  await expect(updateOwnership({ services: failing }, { name: 'demo' }, (now) => now)).rejects.toMatchObject({
    code: 'OWNERSHIP_PERSIST_FAILED',
    message: expect.stringContaining('the disk is full'),
  });
  expect(await conditions()).toBe('OwnershipPersistFailed');
});

describe('a live status', () => {
  const own = containerState();
  const copy = containerState({ id: 'c9', name: 'copy', generation: 'g9' });
  const live = async (containers: (typeof own)[], more: Partial<Services> = {}) => {
    const driver: Driver = controlledBy(
      ({ request }) => ({ ...request, ok: true, result: { state: 'running', gateway: { listenerInode: 7 } } }),
      {
        list: async () => containers,
        inspect: async (id) => containerState({ id, role: 'relay' }),
        capabilities: async () => ({ isolatedNetworks: true, cdi: false, hostAddress: 'direct' }),
      },
    );
    const found = { ...services, driver: async () => driver, ...more };
    return status(found, 'demo', { live: true });
  };

  it('does not fail without the agent’s plugin, and says that it is missing', async () => {
    const agent = async () => {
      throw codedError('AGENT_UNKNOWN', { message: 'There is no agent claw.' });
    };
    const { live: now } = await live([own], { agent });
    expect(now).toMatchObject({ verdict: 'not_ready', agent: { state: 'running' }, supervisor: { state: 'running' } });
    expect(now?.reasons.join()).toContain('its agent’s plugin is needed: There is no agent claw.');
  });

  it.each([
    ['missing', [], 'InstanceMissing', 'missing'],
    ['one of two copies', [copy, containerState({ id: 'c8', generation: 'g8' })], 'IdentityConflict', 'conflict'],
  ] as const)(
    'of a container that is %s is not ready, and stays so in the recorded one',
    async (_what, containers, name, state) => {
      const now = await live([...containers]);
      expect(now).toMatchObject({ condition: { status: name }, live: { verdict: 'not_ready', agent: { state } } });
      expect(await conditions()).toBe(name);
      await live([own]).catch(() => undefined);
      expect(await conditions()).toBeUndefined();
    },
  );

  it('tells of a stranger once, however often it is seen', async () => {
    for (let count = 0; count < 3; count++) expect((await live([own, copy])).condition).toBeUndefined();
    expect((await events(services, 'demo')).events).toMatchObject([
      { reason: 'Stranger', level: 'warning', ids: ['c9'], count: 3, containers: [{ labels: copy.labels }] },
    ]);
  });

  it('gives a sandbox that was taken away meanwhile no folder back', async () => {
    const removed = await live([own, copy], {
      store: {
        ...services.store,
        readEvents: async () => {
          await services.store.removeSandbox('demo');
          return undefined;
        },
      },
    });
    expect(removed.events).toHaveLength(1);
    expect(await services.store.listNames()).toEqual([]);
  });
});
