import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Nemoclaw, OwnershipJournal } from '@nemoclaw/core';
import { type ContainerSpec, type Driver, IDS, LABELS, type Labels, type NetworkState } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { tinyOrders } from '@nemoclaw/testkit/tiny-agent';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueLeaf } from '../../packages/core/src/pki/certificates.ts';
import { makeWorld, ROOT, type World } from './world/cli.ts';
import { onboardInput, openCore, QUICK } from './world/core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, relayIdOf, remains } from './world/engine.ts';
import { leaveMarks, type Patient, recovered } from './world/recovered.ts';
import { readVolumeJson, writeVolumeFile } from './world/volume.ts';

const NAME = 'mended';
/** Crashes for as long as the others are looked at: a quarantine takes half a minute. */
const LOOPING = 'mended-loop';
const MARK = 'what a user would miss';
const MODEL = { id: 'scripted-1', context: 8_192 };
const OTHER_MODEL = { id: 'scripted-2', context: 4_096 };
const BY_HAND = 'it was stopped by hand, or its engine was killed (exit ';
const AGENT_STARTED = expect.stringContaining(`started the agent’s container: ${BY_HAND}`);
const RELAY_STARTED = expect.stringContaining(`started the relay: ${BY_HAND}`);

interface RelayFile {
  interfaces: { sandbox: string; egress: string };
  inference: { provider: { baseUrl: string } };
}

describe('recover makes one healthy sandbox of whatever is left', () => {
  let world: World;
  let driver: Driver;
  let model: ScriptedModel;
  let nemoclaw: Nemoclaw;
  let patient: Patient;

  const listen = (models = [MODEL], more: { apiKey?: string } = {}) =>
    startScriptedModel({ models, respond: () => text('hello'), host: '0.0.0.0', ...more });
  const partsOf = () => ({ agent: agentIdOf(world, NAME), relay: relayIdOf(world, NAME) });
  const stop = async (...ids: string[]) => {
    await Promise.all(ids.map((id) => driver.stop(id, { timeoutSeconds: 10 })));
  };
  const remove = async (...ids: string[]) => {
    for (const id of ids) await driver.remove(id, { force: true });
  };
  const relayConfig = () => readVolumeJson<RelayFile>(driver, world, NAME, 'relay', 'relay.json');
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
    model = await listen();
    nemoclaw = await openCore(world.home, { env: QUICK });
    patient = { world, name: NAME, driver, nemoclaw };
    const onboard = (name: string) => nemoclaw.onboard(onboardInput(name, model.baseUrl, MODEL.id, 'tiny'));
    await Promise.all([onboard(NAME), onboard(LOOPING)]);
    await leaveMarks(patient, MARK);
    await order(LOOPING, { crashAfterMs: 0 });
    await driver.restart(agentIdOf(world, LOOPING), { timeoutSeconds: 5 });
  });
  afterAll(async () => {
    for (const name of [NAME, LOOPING]) await nemoclaw.destroy(name).catch(() => {});
    await nemoclaw.close();
    await model.close();
    await world.dispose();
    for (const name of [NAME, LOOPING]) expect(await remains(driver, name)).toEqual([]);
  });

  it('two onboards at one moment got two ports', () => {
    expect(recordOf(world, NAME).ingressPort).not.toBe(recordOf(world, LOOPING).ingressPort);
  });

  it('finds nothing to do where all is well, says so, and proves it again each time', async () => {
    const parts = partsOf();
    const first = await recovered(patient, MARK);
    expect(first).toMatchObject({ verdict: 'nothing_to_do', actions: [] });
    const second = await recovered(patient, MARK);
    expect(second).toMatchObject({ verdict: 'nothing_to_do', actions: [] });
    expect(second.after.proofs.inference?.at).not.toBe(first.after.proofs.inference?.at);
    expect(partsOf()).toEqual(parts);
  });

  it('starts what was stopped, and says why it was down', async () => {
    const parts = partsOf();
    await stop(...Object.values(parts));
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({ code: 'INSTANCE_STOPPED' });
    const { checks } = await nemoclaw.doctor(NAME);
    const said = checks.filter(({ id }) => id.startsWith(NAME)).map(({ summary, remedy }) => `${summary} ${remedy}`);
    expect(said).toHaveLength(2);
    for (const line of said) expect(line).toMatch(/stopped by hand, or its engine was killed.* recover` brings it back/);
    expect(await recovered(patient, MARK)).toMatchObject({
      verdict: 'healthy',
      actions: [RELAY_STARTED, AGENT_STARTED],
    });
    expect(partsOf()).toEqual(parts);
    expect(await recovered(patient, MARK)).toMatchObject({ verdict: 'nothing_to_do' });
  });

  it('wakes what was paused', async () => {
    const parts = partsOf();
    for (const id of Object.values(parts)) await execa('docker', ['pause', id]);
    expect((await recovered(patient, MARK)).actions).toEqual([
      'started the relay: it was paused',
      'started the agent’s container: it was paused',
    ]);
    expect(partsOf()).toEqual(parts);
  });

  it('makes the agent’s container anew on the state that is kept', async () => {
    const before = partsOf();
    await remove(before.agent);
    expect((await recovered(patient, MARK)).actions).toEqual(['made the agent’s container anew']);
    expect(partsOf()).toMatchObject({ relay: before.relay, agent: expect.not.stringMatching(before.agent) });
  });

  it('makes the relay anew on the same port, and the agent goes on', async () => {
    const before = partsOf();
    await remove(before.relay);
    const { actions, after, before: record } = await recovered(patient, MARK);
    expect(actions).toEqual(['made the relay anew']);
    expect(after.ingressPort).toBe(record.ingressPort);
    expect(partsOf()).toMatchObject({ agent: before.agent, relay: expect.not.stringMatching(before.relay) });
  });

  it('takes away creates that a crash cut off, and makes what they were to become', async () => {
    const ids = Object.values(partsOf());
    const [agent, relay] = await Promise.all(ids.map((id) => driver.inspect(id)));
    if (!agent || !relay) throw new Error('the sandbox is not there');
    await remove(...ids);
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
    expect((await recovered(patient, MARK)).actions).toEqual(['made the relay anew', 'made the agent’s container anew']);
    for (const id of hidden) expect(await driver.inspect(id)).toBeUndefined();
  });

  it('makes the network anew with all that hung on it, on another subnet where its own was given away', async () => {
    const id = ownershipOf(world, NAME).resources.network?.id ?? '';
    const { subnet } = await network(id);
    await remove(...Object.values(partsOf()));
    await driver.removeNetwork(id);
    await occupying(subnet, async () => {
      expect((await recovered(patient, MARK)).actions).toEqual([
        'made the isolated network anew',
        'made the relay anew',
        'made the agent’s container anew',
      ]);
    });
    const now = await network(ownershipOf(world, NAME).resources.network?.id ?? '');
    expect(now.subnet).not.toBe(subnet);
    expect((await relayConfig()).interfaces.sandbox).toBe(now.subnet);
  });

  it('makes the egress network anew: the relay’s configuration and its name for the host follow', async () => {
    const relay = await driver.inspect(partsOf().relay);
    const isolated = ownershipOf(world, NAME).resources.network?.id;
    const egress = await network(relay?.networks.find(({ id }) => id !== isolated)?.id ?? '');
    const agent = partsOf().agent;
    await remove(partsOf().relay, relayIdOf(world, LOOPING));
    await driver.removeNetwork(egress.id);
    await occupying(egress.subnet, async () => {
      expect((await recovered(patient, MARK)).actions).toEqual(['made the egress network anew', 'made the relay anew']);
    });
    expect(partsOf().agent).toBe(agent);
    const { interfaces } = await relayConfig();
    expect(interfaces.egress).not.toBe(egress.subnet);
    const raw = (await driver.inspectRaw(partsOf().relay)) as { HostConfig: { ExtraHosts: string[] } };
    const [gateway] = interfaces.egress.split('/');
    const reaches = gateway?.replace(/\.0$/, '.1');
    expect(raw.HostConfig.ExtraHosts).toContain(`host.nemoclaw.internal:${reaches}`);
  });

  it('writes sealed files again that somebody changed under a running gateway', async () => {
    const before = partsOf();
    await writeVolumeFile(driver, world, NAME, 'sealed', 'agent/tiny.json', '{}', { uid: 0, mode: 0o640 });
    await expect(nemoclaw.gatewayRestart(NAME, {})).rejects.toMatchObject({
      code: expect.stringMatching(/^RESTART_(CONFIG_HASH_MISMATCH|UNSAFE_CONFIG_PATH|SECRET_BOUNDARY)$/),
    });
    const { actions } = await recovered(patient, MARK);
    expect(actions).toEqual([
      expect.stringMatching(/^found sealed files that are not as they were written/),
      'made the agent’s container anew',
    ]);
    expect(partsOf().agent).not.toBe(before.agent);
  });

  it('makes anew what does not start: a container with another’s sealed files, a relay with a broken configuration', async () => {
    const before = partsOf();
    await stop(...Object.values(before));
    await writeVolumeFile(driver, world, NAME, 'sealed', 'agent/tiny.json', '{}', { uid: 0, mode: 0o640 });
    await writeVolumeFile(driver, world, NAME, 'relay', 'relay.json', '{}', { uid: IDS.relay, mode: 0o400 });
    const { actions } = await recovered(patient, MARK);
    expect(actions).toEqual([
      RELAY_STARTED,
      expect.stringMatching(/^found a relay that does not start/),
      'made the relay anew',
      AGENT_STARTED,
      expect.stringMatching(/^found a container that does not start/),
      'made the agent’s container anew',
    ]);
  });

  it('renews a certificate that has ended, and so does a restart', async () => {
    const end = async () => {
      const secret = (file: string) => join(world.home, 'sandboxes', NAME, 'secrets', file);
      const leaf = await issueLeaf({
        ca: { certPem: readFileSync(secret('ca.pem'), 'utf8'), keyPem: readFileSync(secret('ca.key'), 'utf8') },
        names: ['inference.local'],
        now: new Date(Date.now() - 100 * 86_400_000),
      });
      const owner = { uid: IDS.relay, mode: 0o400 };
      await writeVolumeFile(driver, world, NAME, 'relay', 'leaf.pem', leaf.certPem, owner);
      await writeVolumeFile(driver, world, NAME, 'relay', 'leaf.key', leaf.keyPem, owner);
      await driver.restart(partsOf().relay, { timeoutSeconds: 5 });
      return leaf.notAfter;
    };
    const ended = await end();
    const { live } = await nemoclaw.status(NAME, { live: true });
    expect(live?.reasons.join()).toMatch(/certificate/);
    const { actions, after } = await recovered(patient, MARK);
    expect(actions).toEqual([`renewed the certificate of inference.local, which ended ${ended}`]);
    expect(Date.parse(after.certificateNotAfter)).toBeGreaterThan(Date.now() + 80 * 86_400_000);
    expect(existsSync(join(world.home, 'sandboxes', NAME, 'operation.json'))).toBe(false);
  });
});
