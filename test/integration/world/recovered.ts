import type { Nemoclaw, RecoverInput, RecoverResult, SandboxRecord } from '@nemoclaw/core';
import { type Driver, IDS, LABELS } from '@nemoclaw/plugin-api';
import { expect } from 'vitest';
import type { World } from './cli.ts';
import { agentIdOf, ownershipOf, recordOf, relayIdOf } from './engine.ts';

export interface Patient {
  world: World;
  name: string;
  driver: Driver;
  nemoclaw: Nemoclaw;
}

const KEPT = ['/home/gateway/kept', '/workspace/kept'];

/** Leaves a mark in both volumes that hold what a user would miss, by the gateway's own uid. */
export const leaveMarks = ({ driver, world, name }: Patient, mark: string): Promise<unknown> =>
  Promise.all(
    KEPT.map((path) =>
      driver.exec(agentIdOf(world, name), {
        argv: ['/bin/sh', '-c', 'printf %s "$1" > "$0"', path, mark],
        uid: IDS.gateway,
        gid: IDS.gateway,
        timeoutMs: 10_000,
        maxOutputBytes: 1_000,
      }),
    ),
  );

const marks = async ({ driver, world, name }: Patient): Promise<string[]> => {
  const read = async (path: string): Promise<string> => {
    const { stdout } = await driver.exec(agentIdOf(world, name), {
      argv: ['/bin/cat', path],
      uid: IDS.gateway,
      gid: IDS.gateway,
      timeoutMs: 10_000,
      maxOutputBytes: 1_000,
    });
    return stdout.toString('utf8');
  };
  return Promise.all(KEPT.map(read));
};

const PROOFS = ['gateway', 'inference', 'ingress', 'bridge'] as const satisfies (keyof SandboxRecord['proofs'])[];

/**
 * A recover that must end well, and what must then be true of any: one agent and one relay, those that the journal
 * names, running; every proof of an onboard taken again; no operation left; what was in the volumes still there; ready
 * when asked live.
 */
export const recovered = async (
  patient: Patient,
  mark: string,
  input: RecoverInput = {},
): Promise<RecoverResult & { before: SandboxRecord; after: SandboxRecord }> => {
  const { world, name, driver, nemoclaw } = patient;
  const before = recordOf(world, name);
  const begun = new Date().toISOString();
  const result = await nemoclaw.recover(name, input);
  const after = recordOf(world, name);

  const { sandboxId } = ownershipOf(world, name);
  const containers = await driver.list({ [LABELS.sandboxId]: sandboxId });
  expect(containers.map(({ id }) => id).sort()).toEqual([agentIdOf(world, name), relayIdOf(world, name)].sort());
  for (const { phase } of containers) expect(phase).toBe('running');

  for (const proof of PROOFS) expect(after.proofs[proof]?.at ?? '', proof).toSatisfy((at: string) => at >= begun);
  expect(after.proofs.inference?.probe).toMatchObject({ status: 'ok' });
  expect(await marks(patient)).toEqual([mark, mark]);
  const { live, pending } = await nemoclaw.status(name, { live: true });
  expect(pending).toBeUndefined();
  expect(live?.reasons).toEqual([]);
  expect(live?.verdict).toBe('ready');
  return { ...result, before, after };
};
