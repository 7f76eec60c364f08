import { randomBytes, randomUUID } from 'node:crypto';
import { type AgentConfigOutput, type Driver, LABELS } from '@nemoclaw/plugin-api';
import type { SupervisorOp, SupervisorOps, SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { callSupervisor } from '../../../packages/core/src/lifecycle/control.ts';
import { objectNames } from '../../../packages/core/src/lifecycle/names.ts';
import { agentSpec } from '../../../packages/core/src/lifecycle/specs.ts';
import {
  sealedFiles,
  stateFiles,
  toolsFiles,
  workspaceFiles,
} from '../../../packages/core/src/lifecycle/volume-files.ts';

export interface Supervised {
  call<O extends SupervisorOp>(op: O, args: SupervisorOps[O]['args']): Promise<SupervisorOps[O]['result']>;
  until(state: SupervisorStatus['state'], timeoutMs: number): Promise<SupervisorStatus>;
  dispose(): Promise<void>;
}

/** An agent container as onboard makes it, from an image with the supervisor in it; alone, with neither network nor relay. */
export const startSupervised = async (
  driver: Driver,
  { image, agent }: { image: string; agent: AgentConfigOutput },
): Promise<Supervised> => {
  const sandbox = { id: randomUUID(), name: `t${randomBytes(3).toString('hex')}` };
  const labels = { [LABELS.managed]: 'true', [LABELS.sandboxId]: sandbox.id };
  const { volumes } = objectNames(sandbox.name, sandbox.id);
  const nonce = randomBytes(16).toString('hex');
  const caPem = '-----BEGIN CERTIFICATE-----\ntest\n-----END CERTIFICATE-----\n';
  const sealed = sealedFiles({ sandboxId: sandbox.id, generation: randomUUID(), groups: [], agent, caPem, nonce });
  const mounted = [
    [volumes.sealed, sealed],
    [volumes.state, stateFiles({ agent, nonce })],
    [volumes.workspace, workspaceFiles({ nonce })],
    [volumes.tools, toolsFiles({ agent, nonce })],
  ] as const;
  let id = '';
  const dispose = async (): Promise<void> => {
    if (id !== '') await driver.remove(id, { force: true });
    for (const [volume] of mounted) await driver.removeVolume(volume);
  };
  try {
    for (const [volume, files] of mounted) {
      await driver.ensureVolume({ name: volume, labels });
      await driver.putFiles({ volume, image, labels, files });
    }
    const plan = agentSpec({ sandbox, labels, image, networkId: 'none', memoryBytes: 1 << 30 });
    ({ id } = await driver.create({ ...plan, networks: [{ network: 'none', aliases: [] }] }));
    await driver.start(id);
  } catch (error) {
    await dispose();
    throw error;
  }
  const call: Supervised['call'] = (op, args) =>
    callSupervisor({ driver, containerId: id, timeoutMs: 60_000 }, op, args);
  return {
    call,
    dispose,
    async until(state, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const status = await call('status', {}).catch((error: Error) => error);
        if (!(status instanceof Error) && status.state === state) return status;
        if (Date.now() > deadline)
          throw new Error(`never ${state}: ${status instanceof Error ? status.message : JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
  };
};
