import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Nemoclaw, OwnershipJournal } from '@nemoclaw/core';
import { type ContainerSpec, type Driver, IDS, LABELS, type Labels, type NetworkState } from '@nemoclaw/plugin-api';
import { tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from './world/cli.ts';
import { onboardInput } from './world/core.ts';
import { agentIdOf, ownershipOf, recordOf, relayIdOf, remains } from './world/engine.ts';
import { admit, listen, MODEL, type Patient } from './world/patient.ts';
import { writeVolumeFile } from './world/volume.ts';

const NAME = 'mended';
/** Crashes for as long as the others are looked at: a quarantine takes half a minute. */
const LOOPING = 'mended-loop';
const BY_HAND = 'it was stopped by hand, or its engine was killed (exit ';
const AGENT_STARTED = expect.stringContaining(`started the agent’s container: ${BY_HAND}`);
const RELAY_STARTED = expect.stringContaining(`started the relay: ${BY_HAND}`);

/** What a create that a crash hid looks like: the name is taken, the labels are right, it never ran. */
const leftBehind = async (driver: Driver, name: string, labels: Labels, image: string): Promise<string> => {
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

describe('recover makes one healthy sandbox of whatever is left', () => {
  let patient: Patient;
  let world: World;
  let driver: Driver;
  let nemoclaw: Nemoclaw;

  const network = async (id: string): Promise<NetworkState> => {
    const found = await driver.inspectNetwork(id);
    if (!found) throw new Error(`no network ${id}`);
    return found;
  };
  const writeOwnership = (change: (journal: OwnershipJournal) => OwnershipJournal): void =>
    writeFileSync(
      join(world.home, 'sandboxes', NAME, 'ownership.json'),
      `${JSON.stringify(change(ownershipOf(world, NAME)))}\n`,
    );
  /** Somebody else's network on a range that was ours, as when an engine hands it out while we are away. */
  const occupying = async (subnet: string, work: () => Promise<void>) => {
    const taken = await driver.ensureNetwork({
      name: `mended-taken-${process.pid}`,
      labels: {},
      kind: 'isolated',
      subnets: [subnet],
    });
    await work().finally(() => driver.removeNetwork(taken.id));
  };
  const order = (name: string, wrong: Parameters<typeof tinyOrders>[0]) =>
    driver.putFiles({
      volume: ownershipOf(world, name).resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '',
      image: recordOf(world, name).image.id,
      labels: {},
      files: [tinyOrders(wrong)],
    });

  beforeAll(async () => {
    patient = await admit(NAME);
    ({ world, driver, nemoclaw } = patient);
    await nemoclaw.onboard(onboardInput(LOOPING, patient.model.baseUrl, MODEL.id, 'tiny'));
    await order(LOOPING, { crashAfterMs: 0 });
    await driver.restart(agentIdOf(world, LOOPING), { timeoutSeconds: 5 });
  });
  afterAll(() => patient?.dispose());

  it('finds nothing to do where all is well, says so, and proves it again each time', async () => {
    const parts = patient.parts();
    const first = await patient.recovered();
    expect(first).toMatchObject({ verdict: 'nothing_to_do', actions: [] });
    const second = await patient.recovered();
    expect(second).toMatchObject({ verdict: 'nothing_to_do', actions: [] });
    expect(second.after.proofs.inference?.at).not.toBe(first.after.proofs.inference?.at);
    expect(patient.parts()).toEqual(parts);
  });

  it('starts what was stopped, and says why it was down', async () => {
    const parts = patient.parts();
    await patient.stop(...Object.values(parts));
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    const { checks } = await nemoclaw.doctor(NAME);
    const said = checks.filter(({ id }) => id.startsWith(NAME)).map(({ summary, remedy }) => `${summary} ${remedy}`);
    expect(said).toHaveLength(2);
    for (const line of said)
      expect(line).toMatch(/stopped by hand, or its engine was killed.* recover` brings it back/);
    expect(await patient.recovered()).toMatchObject({
      verdict: 'healthy',
      actions: [RELAY_STARTED, AGENT_STARTED],
    });
    expect(patient.parts()).toEqual(parts);
    expect(await patient.recovered()).toMatchObject({ verdict: 'nothing_to_do' });
  });

  it('wakes what was paused', async () => {
    const parts = patient.parts();
    for (const id of Object.values(parts)) await execa('docker', ['pause', id]);
    expect((await patient.recovered()).actions).toEqual([
      'started the relay: it was paused',
      'started the agent’s container: it was paused',
    ]);
    expect(patient.parts()).toEqual(parts);
  });

  it('makes the agent’s container anew on the state that is kept', async () => {
    const before = patient.parts();
    await patient.remove(before.agent);
    expect((await patient.recovered()).actions).toEqual(['made the agent’s container anew']);
    expect(patient.parts()).toMatchObject({ relay: before.relay, agent: expect.not.stringMatching(before.agent) });
  });

  it('makes the relay anew on the same port, and the agent goes on', async () => {
    const before = patient.parts();
    await patient.remove(before.relay);
    const { actions, after, before: record } = await patient.recovered();
    expect(actions).toEqual(['made the relay anew']);
    expect(after.ingressPort).toBe(record.ingressPort);
    expect(patient.parts()).toMatchObject({ agent: before.agent, relay: expect.not.stringMatching(before.relay) });
  });

  it('takes away creates that a crash cut off, and makes what they were to become', async () => {
    const ids = Object.values(patient.parts());
    const [agent, relay] = await Promise.all(ids.map((id) => driver.inspect(id)));
    if (!agent || !relay) throw new Error('the sandbox is not there');
    await patient.remove(...ids);
    const cutOff = (labels: Labels, generation: string) => ({ ...labels, [LABELS.generation]: generation });
    const hidden = [
      await leftBehind(driver, agent.name, cutOff(agent.labels, 'agent-2'), agent.imageId),
      await leftBehind(driver, relay.name, cutOff(relay.labels, 'relay-2'), relay.imageId),
    ];
    writeOwnership((journal) => ({
      ...journal,
      authoritative: null,
      creating: { generation: 'agent-2' },
      resources: { ...journal.resources, relay: { id: '', generation: 'relay-2' } },
    }));
    expect((await patient.recovered()).actions).toEqual(['made the relay anew', 'made the agent’s container anew']);
    for (const id of hidden) expect(await driver.inspect(id)).toBeUndefined();
  });

  it('makes the network anew with all that hung on it, on another subnet where its own was given away', async () => {
    const id = ownershipOf(world, NAME).resources.network?.id ?? '';
    const { subnet } = await network(id);
    await patient.remove(...Object.values(patient.parts()));
    await driver.removeNetwork(id);
    await occupying(subnet, async () => {
      expect((await patient.recovered()).actions).toEqual([
        'made the isolated network anew',
        'made the relay anew',
        'made the agent’s container anew',
      ]);
    });
    const now = await network(ownershipOf(world, NAME).resources.network?.id ?? '');
    expect(now.subnet).not.toBe(subnet);
    expect((await patient.relayConfig()).interfaces.sandbox).toBe(now.subnet);
  });

  it('makes the egress network anew: the relay’s configuration and its name for the host follow', async () => {
    const relay = await driver.inspect(patient.parts().relay);
    const isolated = ownershipOf(world, NAME).resources.network?.id;
    const egress = await network(relay?.networks.find(({ id }) => id !== isolated)?.id ?? '');
    const agent = patient.parts().agent;
    await patient.remove(patient.parts().relay, relayIdOf(world, LOOPING));
    await driver.removeNetwork(egress.id);
    await occupying(egress.subnet, async () => {
      expect((await patient.recovered()).actions).toEqual(['made the egress network anew', 'made the relay anew']);
    });
    expect(patient.parts().agent).toBe(agent);
    const { interfaces } = await patient.relayConfig();
    expect(interfaces.egress).not.toBe(egress.subnet);
    const raw = (await driver.inspectRaw(patient.parts().relay)) as { HostConfig: { ExtraHosts: string[] } };
    const [gateway] = interfaces.egress.split('/');
    const reaches = gateway?.replace(/\.0$/, '.1');
    expect(raw.HostConfig.ExtraHosts).toContain(`host.nemoclaw.internal:${reaches}`);
  });

  it('writes sealed files again that somebody changed under a running gateway', async () => {
    const before = patient.parts();
    await writeVolumeFile(driver, world, NAME, 'sealed', 'agent/tiny.json', '{}', { uid: 0, mode: 0o640 });
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTART_(CONFIG_HASH_MISMATCH|UNSAFE_CONFIG_PATH|SECRET_BOUNDARY)$/),
    });
    const { actions } = await patient.recovered();
    expect(actions).toEqual([
      expect.stringMatching(/^found sealed files that are not as they were written/),
      'made the agent’s container anew',
    ]);
    expect(patient.parts().agent).not.toBe(before.agent);
  });

  it('makes anew what does not start: a container with another’s sealed files, a relay with a broken configuration', async () => {
    const before = patient.parts();
    await patient.stop(...Object.values(before));
    await writeVolumeFile(driver, world, NAME, 'sealed', 'agent/tiny.json', '{}', { uid: 0, mode: 0o640 });
    await writeVolumeFile(driver, world, NAME, 'relay', 'relay.json', '{}', { uid: IDS.relay, mode: 0o400 });
    const { actions } = await patient.recovered();
    expect(actions).toEqual([
      RELAY_STARTED,
      expect.stringMatching(/^found a relay that does not start/),
      'made the relay anew',
      AGENT_STARTED,
      expect.stringMatching(/^found a container that does not start/),
      'made the agent’s container anew',
    ]);
  });

  it('ends a quarantine, and moves a port of its own choice that somebody took', async () => {
    const state = async () => (await nemoclaw.gatewayStatus(LOOPING)).state;
    await expect.poll(state, { timeout: 60_000, interval: 500 }).toBe('quarantined');
    await order(LOOPING, {});
    const { ingressPort } = recordOf(world, LOOPING);
    const squatter = createServer().listen(ingressPort, '127.0.0.1');
    await once(squatter, 'listening');
    const serving = await listen();
    try {
      const { actions, verdict } = await nemoclaw.recover(LOOPING, { endpoint: serving.baseUrl });
      const port = recordOf(world, LOOPING).ingressPort;
      expect(actions).toEqual([
        expect.stringMatching(/^went over to the provider/),
        'made the relay anew',
        `moved ingress from 127.0.0.1:${ingressPort}, which another program has taken, to 127.0.0.1:${port}`,
        expect.stringMatching(/^started the gateway, which was quarantined: .*5 times in 60 s/),
      ]);
      expect(port).not.toBe(ingressPort);
      expect(verdict).toBe('healthy');
      expect(await nemoclaw.recover(LOOPING)).toMatchObject({ verdict: 'nothing_to_do' });
    } finally {
      squatter.close();
      await serving.close();
    }
  });

  it('refuses to go on with a state volume that is not the one it was made with, and destroy still works', async () => {
    const journal = ownershipOf(world, NAME);
    await patient.remove(patient.parts().agent);
    await driver.removeVolume(journal.resources.volumes.find(({ purpose }) => purpose === 'state')?.name ?? '');
    await expect(nemoclaw.recover(NAME)).rejects.toMatchObject({ code: 'STATE_MISSING' });

    const labels = { [LABELS.sandboxId]: journal.sandboxId, [LABELS.role]: 'agent', [LABELS.generation]: 'not-ours' };
    const relay = await driver.inspect(patient.parts().relay);
    const stranger = await leftBehind(driver, `nemoclaw-test-stranger-${process.pid}`, labels, relay?.imageId ?? '');
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
