import { join } from 'node:path';
import type { Nemoclaw, RecoverInput, RecoverResult, SandboxRecord } from '@nemoclaw/core';
import { type Driver, IDS, LABELS } from '@nemoclaw/plugin-api';
import { type ScriptedModel, startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { expect } from 'vitest';
import { makeWorld, ROOT, type World } from './cli.ts';
import { onboardInput, openCore, QUICK } from './core.ts';
import { agentIdOf, openEngine, ownershipOf, recordOf, relayIdOf, remains } from './engine.ts';
import { freePort } from './port.ts';
import { readVolumeJson } from './volume.ts';

export const MODEL = { id: 'scripted-1', context: 131_072 };
export const OTHER_MODEL = { id: 'scripted-2', context: 131_072 };

export const listen = (more: { apiKey?: string; host?: string } = {}): Promise<ScriptedModel> =>
  startScriptedModel({ models: [MODEL, OTHER_MODEL], respond: () => text('hello'), host: '0.0.0.0', ...more });

/** As quick, but for a machine that is busy: how long a start may take is not what is looked at here. */
export const PATIENT = { ...QUICK, NEMOCLAW_START_TIMEOUT_MS: '90000', NEMOCLAW_RESTART_TIMEOUT_MS: '60000' };

interface RelayFile {
  interfaces: { sandbox: string; egress: string };
  inference: { provider: { baseUrl: string } };
}

/** A sandbox that bad things happen to. */
export interface Patient {
  name: string;
  world: World;
  driver: Driver;
  nemoclaw: Nemoclaw;
  model: ScriptedModel;
  /** Ids of its two containers, by the journal. */
  parts(): { agent: string; relay: string };
  stop(...ids: string[]): Promise<void>;
  remove(...ids: string[]): Promise<void>;
  relayConfig(): Promise<RelayFile>;
  /**
   * A recover that must end well, and what must then be true of any: one agent and one relay, those that the journal
   * names, running, and a forwarder where it has one; every proof of an onboard taken again; no operation left; what was in the volumes still there; ready
   * when asked live.
   */
  recovered(input?: RecoverInput): Promise<RecoverResult & { before: SandboxRecord; after: SandboxRecord }>;
  dispose(): Promise<void>;
}

const KEPT = ['/home/gateway/kept', '/workspace/kept'];
const MARK = 'what a user would miss';
const PROOFS = ['gateway', 'inference', 'ingress', 'bridge'] as const satisfies (keyof SandboxRecord['proofs'])[];

/** Onboards it, on a port that no other test's sandbox takes over while it is down, and leaves marks in its volumes. */
export const admit = async (name: string, agent = 'tiny'): Promise<Patient> => {
  const world = makeWorld();
  const driver = openEngine();
  const model = await listen();
  const nemoclaw = await openCore(world.home, {
    ...(agent === 'tiny' ? { env: PATIENT } : {}),
    plugins: agent === 'hermes' ? [{ name: '@nemoclaw/agent-hermes', root: join(ROOT, 'plugins/agent-hermes') }] : [],
  });
  const parts = () => ({ agent: agentIdOf(world, name), relay: relayIdOf(world, name) });
  const asGateway = async (path: string, ...argv: string[]): Promise<string> => {
    const { stdout } = await driver.exec(parts().agent, {
      argv: [...argv, path],
      uid: IDS.gateway,
      gid: IDS.gateway,
      timeoutMs: 10_000,
      maxOutputBytes: 1_000,
    });
    return stdout.toString('utf8');
  };
  await nemoclaw.onboard({
    ...onboardInput(name, model.baseUrl, MODEL.id, agent),
    ingressPort: await freePort(),
  });
  for (const path of KEPT) await asGateway(path, '/bin/sh', '-c', `printf %s '${MARK}' > "$0"`);

  return {
    name,
    world,
    driver,
    nemoclaw,
    model,
    parts,
    async stop(...ids) {
      await Promise.all(ids.map((id) => driver.stop(id, { timeoutSeconds: 20 })));
    },
    async remove(...ids) {
      for (const id of ids) await driver.remove(id, { force: true });
    },
    relayConfig: () => readVolumeJson<RelayFile>(driver, world, name, 'relay', 'relay.json'),
    async recovered(input = {}) {
      const before = recordOf(world, name);
      const begun = new Date().toISOString();
      const result = await nemoclaw.recover(name, input);
      const after = recordOf(world, name);

      const { sandboxId, resources } = ownershipOf(world, name);
      const containers = await driver.list({ [LABELS.sandboxId]: sandboxId });
      const named = [...Object.values(parts()), ...(resources.forward ? [resources.forward.id] : [])];
      expect(containers.map(({ id }) => id).sort()).toEqual(named.sort());
      for (const { phase } of containers) expect(phase).toBe('running');

      for (const proof of PROOFS) expect(after.proofs[proof]?.at ?? '', proof).toSatisfy((at: string) => at >= begun);
      expect(after.proofs.inference?.probe).toMatchObject({ status: 'ok' });
      for (const path of KEPT) expect(await asGateway(path, '/bin/cat'), path).toBe(MARK);
      const { live, pending } = await nemoclaw.status(name, { live: true });
      expect(pending).toBeUndefined();
      expect(live?.reasons).toEqual([]);
      expect(live?.verdict).toBe('ready');
      return { ...result, before, after };
    },
    async dispose() {
      await nemoclaw.destroy(name).catch(() => {});
      await nemoclaw.close();
      await model.close();
      await world.dispose();
      expect(await remains(driver, name)).toEqual([]);
    },
  };
};
