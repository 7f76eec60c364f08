import { type Driver, IDS, LABELS } from '@nemoclaw/plugin-api';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePrivateWorld, type PrivateWorld } from '../faults/engine/private-world.ts';
import { agentIdOf, ownershipOf, recordOf, relayIdOf } from './world/engine.ts';

const NAME = 'rebooted';
const KEPT = '/home/gateway/kept';
const MARK = 'what a user would miss';
const DOWN = 'it was stopped by hand, or its engine was killed (exit ';

describe('recover on a host that went down', () => {
  let world: PrivateWorld;
  let driver: Driver;

  const parts = () => ({ agent: agentIdOf(world, NAME), relay: relayIdOf(world, NAME) });
  const phases = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(parts()).map(async ([what, id]) => [what, (await driver.inspect(id))?.phase])),
    );
  const asGateway = async (...argv: string[]) =>
    (
      await driver.exec(parts().agent, {
        argv,
        uid: IDS.gateway,
        gid: IDS.gateway,
        timeoutMs: 10_000,
        maxOutputBytes: 1_000,
      })
    ).stdout.toString('utf8');
  const docker = (...args: string[]) => execa('docker', ['--host', world.engine.env.DOCKER_HOST, ...args]);
  /** Ended well, proved again, one agent and one relay, nothing lost. */
  const recovered = async () => {
    const begun = new Date().toISOString();
    const ending = await world.run('recover');
    expect(ending).toMatchObject({ how: 'done' });
    const { proofs } = recordOf(world, NAME);
    for (const proof of [proofs.gateway, proofs.inference, proofs.ingress, proofs.bridge])
      expect(proof?.at ?? '').toSatisfy((at: string) => at >= begun);
    const containers = await driver.list({ [LABELS.sandbox]: NAME });
    expect(containers.map(({ id }) => id).sort()).toEqual(Object.values(parts()).sort());
    expect(await phases()).toEqual({ agent: 'running', relay: 'running' });
    expect(await world.live()).toMatchObject({ verdict: 'ready' });
    expect(await asGateway('/bin/cat', KEPT)).toBe(MARK);
    return (ending as { result: { verdict: string; actions: string[] } }).result;
  };

  beforeAll(async () => {
    world = await makePrivateWorld(NAME);
    driver = world.driver;
    expect(await world.run('onboard')).toMatchObject({ how: 'done' });
    await asGateway('/bin/sh', '-c', `printf %s '${MARK}' > ${KEPT}`);
  });
  afterAll(() => world?.dispose());

  it.each([
    ['an orderly stop', () => world.engine.stop('SIGTERM')],
    ['a power cut', () => world.engine.cutPower()],
  ])('has nothing to do after %s: the engine brings both back, and recover proves them', async (_title, strike) => {
    const before = parts();
    await strike();
    expect(await world.run('recover')).toMatchObject({ how: 'failed', code: 'ENGINE_NOT_RUNNING' });
    await world.engine.start();
    await expect.poll(async () => (await world.live()).verdict, { timeout: 60_000, interval: 500 }).toBe('ready');
    expect(await recovered()).toEqual({ verdict: 'nothing_to_do', actions: [] });
    expect(parts()).toEqual(before);
  });

  it('starts what an engine that was killed leaves down, and says that it would not have come back', async () => {
    const before = parts();
    await world.engine.stop('SIGKILL');
    await world.engine.start();
    expect(await phases()).toEqual({ agent: 'exited', relay: 'exited' });
    expect((await world.live()).reasons.join()).toContain('stopped by hand, or its engine was killed');
    expect((await recovered()).actions).toEqual([
      expect.stringContaining(`started the relay: ${DOWN}`),
      expect.stringContaining(`started the agent’s container: ${DOWN}`),
    ]);
    expect(parts()).toEqual(before);
    expect(await recovered()).toEqual({ verdict: 'nothing_to_do', actions: [] });
  });

  it('makes networks anew that were pruned while all was down, on subnets that are still free', async () => {
    const isolated = await driver.inspectNetwork(ownershipOf(world, NAME).resources.network?.id ?? '');
    const relay = await driver.inspect(parts().relay);
    const egress = await driver.inspectNetwork(relay?.networks.find(({ id }) => id !== isolated?.id)?.id ?? '');
    await world.engine.stop('SIGKILL');
    await world.engine.start();
    await docker('network', 'prune', '--force');
    for (const [index, { subnet = '' } = {}] of [isolated, egress].entries())
      await docker('network', 'create', '--subnet', subnet, `taken-${index}`);
    expect((await recovered()).actions).toEqual([
      'made the egress network anew',
      'made the isolated network anew',
      'made the relay anew',
      'made the agent’s container anew',
    ]);
    const now = await driver.inspectNetwork(ownershipOf(world, NAME).resources.network?.id ?? '');
    expect(now?.subnet).not.toBe(isolated?.subnet);
  });

  it('builds images again that are gone with their containers', async () => {
    const { image, relayImage } = recordOf(world, NAME);
    await docker('rm', '--force', ...Object.values(parts()));
    await docker('rmi', '--force', image.tag, relayImage.tag);
    expect(await driver.findImage(relayImage.tag)).toBeUndefined();
    expect((await recovered()).actions).toEqual([
      `built ${image.tag}, which was gone`,
      `built ${relayImage.tag}, which was gone`,
      'made the relay anew',
      'made the agent’s container anew',
    ]);
  });
});
