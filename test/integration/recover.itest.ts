import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nemoclaw, OwnershipJournal } from '@nemoclaw/core';
import { type ContainerSpec, type Driver, LABELS, type Labels } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from './world/cli.ts';
import { onboardInput, openCore } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, relayIdOf, remains } from './world/engine.ts';
import { writeVolumeFile } from './world/volume.ts';

const NAME = 'mended';
const MODEL = { id: 'scripted-1', context: 131_072 };

describe('recover makes one healthy sandbox of whatever is left', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;

  const writeOwnership = (change: (journal: OwnershipJournal) => OwnershipJournal): void =>
    writeFileSync(
      join(world.home, 'sandboxes', NAME, 'ownership.json'),
      `${JSON.stringify(change(ownershipOf(world, NAME)))}\n`,
    );
  const isReady = async () => {
    const { live } = await nemoclaw.status(NAME, { live: true });
    expect(live?.reasons).toEqual([]);
    expect(live?.verdict).toBe('ready');
  };
  /** What a create that a crash hid looks like: the name is taken, the labels are right, it never ran. */
  const leftBehind = async (name: string, labels: Labels, image: string): Promise<string> => {
    const spec: ContainerSpec = {
      name,
      labels,
      image,
      command: ['/never-started'],
      env: {},
      networks: [{ network: 'none', aliases: [] }],
      extraHosts: {},
      mounts: [],
      devices: [],
      deviceRequests: [],
      groups: [],
      capDrop: ['ALL'],
      capAdd: [],
      securityOpt: [],
      sysctls: {},
      readOnlyRoot: true,
      init: false,
      limits: { memoryBytes: 64 << 20, pids: 8 },
      restartPolicy: 'no',
      ports: [],
      tty: false,
      openStdin: false,
      logMaxBytes: 1 << 20,
    };
    return (await driver.create(spec)).id;
  };

  beforeAll(async () => {
    world = makeWorld();
    driver = openEngine();
    model = await startScriptedModel({ models: [MODEL], respond: () => text('hello'), host: '0.0.0.0' });
    nemoclaw = await openCore(world.home);
    await nemoclaw.onboard(onboardInput(NAME, model.baseUrl, MODEL.id));
  }, 900_000);

  afterAll(async () => {
    await nemoclaw.destroy(NAME).catch(() => {});
    await nemoclaw.close();
    await model.close();
    await world.dispose();
  }, 120_000);

  it('starts what was stopped', async () => {
    const before = [agentIdOf(world, NAME), relayIdOf(world, NAME)];
    for (const id of before) await driver.stop(id, { timeoutSeconds: 10 });
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    const { actions } = await nemoclaw.recover(NAME);
    expect(actions).toEqual(['started the agent’s container', 'started the relay']);
    expect([agentIdOf(world, NAME), relayIdOf(world, NAME)]).toEqual(before);
    await isReady();
  });

  it('takes away creates that a crash cut off, and makes what they were to become', async () => {
    const ids = [agentIdOf(world, NAME), relayIdOf(world, NAME)];
    const [agent, relay] = await Promise.all(ids.map((id) => driver.inspect(id)));
    if (!agent || !relay) throw new Error('the sandbox is not there');
    for (const id of ids) await driver.remove(id, { force: true });
    const cutOff = (labels: Labels, generation: string) => ({ ...labels, [LABELS.generation]: generation });
    const hidden = [
      await leftBehind(agent.name, cutOff(agent.labels, 'agent-2'), agent.imageId),
      await leftBehind(relay.name, cutOff(relay.labels, 'relay-2'), relay.imageId),
    ];
    writeOwnership((journal) => ({
      ...journal,
      authoritative: null,
      creating: { generation: 'agent-2' },
      resources: { ...journal.resources, relay: { id: '', generation: 'relay-2' } },
    }));
    const { actions } = await nemoclaw.recover(NAME);
    expect(actions).toEqual(['made the relay anew', 'made the agent’s container anew']);
    for (const id of hidden) expect(await driver.inspect(id)).toBeUndefined();
    await isReady();
  });

  it('makes the network anew with all that hung on it', async () => {
    const { network } = ownershipOf(world, NAME).resources;
    for (const id of [agentIdOf(world, NAME), relayIdOf(world, NAME)]) await driver.remove(id, { force: true });
    await driver.removeNetwork(network?.id ?? '');
    const { actions } = await nemoclaw.recover(NAME);
    expect(actions).toEqual([
      'made the isolated network anew',
      'made the relay anew',
      'made the agent’s container anew',
    ]);
    await isReady();
  });

  it('writes sealed files again that somebody changed under a running gateway', async () => {
    const before = agentIdOf(world, NAME);
    await writeVolumeFile(driver, world, NAME, 'sealed', 'agent/openclaw.json', '{}', { uid: 0, mode: 0o640 });
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTART_(CONFIG_HASH_MISMATCH|UNSAFE_CONFIG_PATH|SECRET_BOUNDARY)$/),
    });
    const { actions } = await nemoclaw.recover(NAME);
    expect(actions[0]).toMatch(/^found sealed files that are not as they were written/);
    expect(actions[1]).toBe('made the agent’s container anew');
    expect(agentIdOf(world, NAME)).not.toBe(before);
    await nemoclaw.gatewayRestart(NAME, {});
    await isReady();
  });

  it('refuses to go on with a state volume that is not the one it was made with, and destroy still works', async () => {
    const journal = ownershipOf(world, NAME);
    await driver.remove(agentIdOf(world, NAME), { force: true });
    const state = journal.resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '';
    await driver.removeVolume(state);
    await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({ code: 'STATE_MISSING' });

    const labels = { [LABELS.sandboxId]: journal.sandboxId, [LABELS.role]: 'agent', [LABELS.generation]: 'not-ours' };
    const relay = await driver.inspect(relayIdOf(world, NAME));
    const stranger = await leftBehind(`nemoclaw-test-stranger-${process.pid}`, labels, relay?.imageId ?? '');
    try {
      const { notes } = await nemoclaw.destroy(NAME);
      expect(notes.join()).toContain('was not made for it');
      expect(await driver.inspect(stranger)).toBeDefined();
    } finally {
      await driver.remove(stranger, { force: true });
    }
    expect(await remains(driver, NAME)).toEqual([]);
    await expect(nemoclaw.status(NAME)).rejects.toMatchObject({ code: 'SANDBOX_NOT_FOUND' });
  });
});
