import { type ContainerState, LABELS } from '@nemoclaw/plugin-api';
import { canonicalName, mayRemove, type Observation, resolveOwnership } from '../../ownership/index.ts';
import type { OnboardTools } from '../onboard/tools.ts';
import { updateOwnership } from '../onboard/tools.ts';
import { configureFor } from '../replace/supervisor-config.ts';
import { type KnownSandbox, knownSandbox } from '../resolve.ts';

const rename = async (
  { driver }: OnboardTools,
  known: KnownSandbox,
  container: ContainerState,
  signal: AbortSignal,
) => {
  const name = canonicalName(known.ownership);
  if (container.name !== name) await driver.rename(container.id, name, { signal });
};

/** The container as the recorded plan has it: its name, its policy, and the configuration that it starts by. */
const reinstate = async (
  tools: OnboardTools,
  known: KnownSandbox,
  container: ContainerState,
  signal: AbortSignal,
): Promise<void> => {
  const { record } = known;
  const { name, sandboxId } = record;
  const plan = await tools.services.store.readPlan(name);
  await rename(tools, known, container, signal);
  const generation = container.labels[LABELS.generation] ?? '';
  const groups = plan?.plan.groups ?? [];
  await configureFor(tools, { name, sandboxId, helperImage: record.image.base }, { generation, groups }, signal);
  await tools.driver.setRestartPolicy(container.id, plan?.plan.restartPolicy ?? 'unless-stopped', { signal });
};

/** What a replacement left over, by the journal's own word; what is gone by itself is forgotten with them. */
const removeLeftovers = async (
  tools: OnboardTools,
  known: KnownSandbox,
  containers: ContainerState[],
  signal: AbortSignal,
): Promise<string[]> => {
  const { ownership } = known;
  if (ownership.retired.length === 0) return [];
  const left = containers.filter((container) => mayRemove(container, ownership));
  for (const container of left) await tools.driver.remove(container.id, { force: true, signal });
  await updateOwnership(tools, known.record, (journal) => ({ ...journal, retired: [] }));
  return left.map(({ name }) => `removed the leftover ${name}`);
};

/**
 * What an ownership journal without an operation's journal leaves open: a replacement that nobody finishes is taken back, a
 * retired container comes back for one that is gone, a replacement that is left alone is adopted. Says what it did.
 */
export const settleOwnership = async (tools: OnboardTools, name: string, signal: AbortSignal): Promise<string[]> => {
  const { driver, services } = tools;
  const { clock } = services;
  const looks: { at: number; containers: ContainerState[] }[] = [];
  for (;;) {
    const known = await knownSandbox(services, name);
    const { ownership } = known;
    const containers = await driver.list({ [LABELS.sandboxId]: ownership.sandboxId }, { signal });
    const now = clock.elapsed();
    const observations = looks.map(({ at, containers }): Observation => ({ agoMs: now - at, containers }));
    const resolution = resolveOwnership(containers, ownership, observations);
    const authorise = (container: ContainerState) =>
      updateOwnership(tools, known.record, (journal) => ({
        ...journal,
        authoritative: { id: container.id, generation: container.labels[LABELS.generation] ?? '' },
        retired: journal.retired.filter(({ id }) => id !== container.id),
        intent: null,
      }));
    switch (resolution.state) {
      case 'present':
        if (!ownership.intent) {
          await rename(tools, known, resolution.container, signal);
          return removeLeftovers(tools, known, containers, signal);
        }
        await reinstate(tools, known, resolution.container, signal);
        await authorise(resolution.container);
        return ['closed a replacement that had not begun'];
      case 'replacing':
        if (mayRemove(resolution.replacement, ownership))
          await driver.remove(resolution.replacement.id, { force: true, signal });
        await reinstate(tools, known, resolution.incumbent, signal);
        await authorise(resolution.incumbent);
        return ['took back a replacement that nobody was finishing'];
      case 'rollback':
        await authorise(resolution.container);
        await reinstate(tools, known, resolution.container, signal);
        return ['went back to the container that had been replaced: its replacement is gone'];
      case 'adopt':
        await reinstate(tools, known, resolution.container, signal);
        await authorise(resolution.container);
        return ['went on with the replacement: the container that it replaces is gone'];
      case 'observe':
        looks.push({ at: now, containers });
        await clock.sleep(resolution.waitMs, signal);
        continue;
      case 'unfinished':
      case 'missing':
      case 'conflict':
        return [];
    }
  }
};
