import type { ContainerSpec } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { asJson, planOf } from '../onboard/data.ts';
import { applyPlugins, declaredKeys } from '../onboard/plan.ts';
import { findGeneration, findHidden, labelsFor, updateOwnership } from '../onboard/tools.ts';
import type { ReplaceStep, ReplaceTools } from './data.ts';
import { refuseLostWorkload, removeReplacement } from './remove.ts';
import { sealedWorkload } from './supervisor-config.ts';

/** An argument that is empty or holds white space would reach some runtimes as something else. */
const refuseTokens = (commands: string[][]): void => {
  const bad = commands.flat().find((token) => token === '' || /\s/.test(token));
  if (bad !== undefined)
    throw codedError('REPLACE_REFUSED', {
      message: `The command of the sandbox or of its agent holds ${JSON.stringify(bad)}, which can't be carried to another container safely.`,
      hint: 'Its agent plugin gives that command; an argument must not be empty or hold white space.',
      details: { token: bad },
    });
};

/** What was carried by hand is part of the sandbox from now on: the next replacement starts from it. */
const withAlterations = (base: ContainerSpec, wanted: ContainerSpec, plan: ContainerSpec): ContainerSpec => ({
  ...base,
  networks: plan.networks,
  ports: plan.ports,
  restartPolicy: plan.restartPolicy,
  mounts: [
    ...base.mounts,
    ...plan.mounts.filter(({ target }) => !wanted.mounts.some((planned) => planned.target === target)),
  ],
  ...(plan.carried ? { carried: plan.carried } : {}),
});

/** The recorded plan, the change, what the hooks say of it, and what was altered by hand: all before anything is touched. */
export const replacementPlanStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'plan',
  title: 'Plan the replacement and compare with what is there',
  async run({ data, save, signal, note }) {
    const base = {
      ...(data.basePlan as unknown as ContainerSpec),
      labels: labelsFor(tools, data, 'agent', data.generations.agent),
    };
    const { plan: wanted, provenance } = await applyPlugins(tools, data, base, signal);
    const cloned = await tools.driver.clonePlan(
      data.incumbent.id,
      { recorded: data.recordedPlan as unknown as ContainerSpec, wanted },
      { signal },
    );
    if (cloned.refused.length > 0)
      throw codedError('REPLACE_REFUSED', {
        message: `The container was changed by hand in what a replacement can't carry: ${cloned.refused.map(({ field, reason }) => `${field} (${reason})`).join('; ')}.`,
        details: { refused: cloned.refused.map(asJson) },
      });
    const { groups, commands } = await sealedWorkload(tools, data, signal);
    refuseTokens([cloned.plan.entrypoint ?? [], cloned.plan.command, ...commands]);
    data.basePlan = asJson(withAlterations(base, wanted, cloned.plan));
    data.plan = asJson(cloned.plan);
    data.gpuRequested = cloned.plan.deviceRequests.map(asJson);
    data.provenance = provenance;
    data.secretKeys = declaredKeys(tools.agent);
    data.wantedPolicy = cloned.plan.restartPolicy;
    data.incumbentGroups = groups;
    await save();
    if (cloned.carried.length > 0) note(`altered by hand and carried: ${cloned.carried.join(', ')}`);
  },
});

/** From here on two containers of this sandbox may exist; the journal says which two. */
export const intentStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'intent',
  title: 'Write down what is about to be replaced',
  async run({ data }) {
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      intent: {
        incumbent: data.incumbent,
        replacement: { generation: data.generations.agent },
        backupName: data.backupName,
        operation: data.why,
      },
    }));
  },
  async undo({ data }) {
    await updateOwnership(tools, data, (journal) =>
      journal.intent?.replacement.generation === data.generations.agent ? { ...journal, intent: null } : journal,
    );
  },
});

/** Create reserves the name only; what else is wrong with a plan comes out at its start. */
export const stageStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'stage',
  title: 'Create the replacement under a staging name',
  async run({ data, save, signal, note }) {
    const { driver } = tools;
    const plan: ContainerSpec = { ...planOf(data), name: data.stagingName, restartPolicy: 'no' };
    const present = await findGeneration(tools, data, data.generations.agent, signal);
    const id = present?.id ?? (await driver.create(plan, { signal })).id;
    data.agentId = id;
    await save();
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      intent: journal.intent && { ...journal.intent, replacement: { generation: data.generations.agent, id } },
    }));
    const lost = await driver.unapplied(id, plan, { signal });
    if (lost.length > 0)
      throw codedError('REPLACE_REFUSED', {
        message: `The engine took the plan and left out of it: ${lost.join(', ')}.`,
        details: { lost },
      });
    note(id.slice(0, 12));
  },
  async undo({ data, signal }) {
    const found = await findHidden(tools, data, { part: 'agent', name: data.stagingName }, signal);
    if (found) await removeReplacement(tools, data, signal);
    await refuseLostWorkload(tools, data);
  },
});
