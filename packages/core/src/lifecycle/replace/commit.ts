import { LABELS } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { mayRemove } from '../../ownership/index.ts';
import { recordOf } from '../onboard/data.ts';
import { planRecord } from '../onboard/plan.ts';
import { updateOwnership } from '../onboard/tools.ts';
import type { ReplaceStep, ReplaceTools } from './data.ts';

export const policyStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'policy',
  title: 'Give the replacement its restart policy',
  async run({ data, signal }) {
    await tools.driver.setRestartPolicy(data.agentId, data.wantedPolicy, { signal });
    // Until now nobody would have started it again: one that ended since its proof is down, and must not be committed.
    const state = await tools.driver.inspect(data.agentId, { signal });
    if (state?.phase === 'running' || state?.phase === 'restarting') return;
    throw codedError('GATEWAY_START_FAILED', {
      message: `The replacement was proved and did not stay: its container is ${state ? `${state.phase} (exit ${state.exitCode})` : 'gone'}.`,
      details: { containerId: data.agentId, end: state ? 'exited' : 'gone' },
    });
  },
});

/** One write makes the replacement the sandbox: that of the ownership journal. What follows can be written again. */
export const replaceCommitStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'commit',
  title: 'Commit',
  commit: true,
  async run({ data }) {
    const { store } = tools.services;
    const authoritative = { id: data.agentId, generation: data.generations.agent };
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      authoritative,
      retired: [
        ...journal.retired.filter(({ id }) => id !== data.incumbent.id),
        { ...data.incumbent, name: data.backupName },
      ],
      intent: null,
    }));
    const record = recordOf(data);
    record.warnings = [...new Set(record.warnings)];
    await store.writeRecord(record);
    // Last: while it is of another container than the journal's, `recover` makes that one anew, by the record.
    const plan = planRecord(data);
    if (plan) await store.writePlan(plan);
  },
});

/** What could not be removed stays written down, and is tried again by `recover`. */
export const cleanStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'clean',
  title: 'Remove the container that was replaced',
  async run({ data, signal }) {
    const { services, driver } = tools;
    const journal = await services.store.readOwnership(data.name);
    for (const old of journal?.retired ?? []) {
      const container = await driver.inspect(old.id, { signal });
      if (!container || !journal) continue;
      if (!mayRemove(container, journal))
        throw codedError('OWNERSHIP_CONFLICT', {
          message: `Container ${old.id.slice(0, 12)} has the id of one that was replaced, and not its labels (${container.labels[LABELS.generation] ?? 'no generation'}).`,
        });
      await driver.remove(old.id, { force: true, signal }).catch((cause: unknown) => {
        throw codedError('ENGINE_ERROR', {
          message: `The container that was replaced is left over: ${container.name} (${old.id.slice(0, 12)}); ${cause instanceof Error ? cause.message : String(cause)}`,
          cause,
        });
      });
    }
    await updateOwnership(tools, data, (now) => ({ ...now, retired: [] }));
  },
});
