import { LABELS, type Labels, type Role } from '@nemoclaw/plugin-api';

/** Every Docker object of a sandbox is called `nemoclaw-<name>-<first 8 of sandboxId>[-suffix]`. */
export const objectNames = (name: string, sandboxId: string) => {
  const stem = `nemoclaw-${name}-${sandboxId.slice(0, 8)}`;
  return {
    agent: stem,
    relay: `${stem}-relay`,
    forward: `${stem}-forward`,
    network: stem,
    volumes: {
      state: `${stem}-state`,
      workspace: `${stem}-workspace`,
      sealed: `${stem}-sealed`,
      relay: `${stem}-relay`,
    },
  };
};

/** Shared by all sandboxes of one home, so it carries the home's id. */
export const egressNetworkName = (homeId: string): string => `nemoclaw-egress-${homeId}`;

/** The engine's hostname of the agent container: bound to the sandbox, kept by every replacement (its state holds an owner lease). */
export const hostnameOf = (sandboxId: string): string => `sbx-${sandboxId.replaceAll('-', '').slice(0, 12)}`;

export const homeLabels = (homeId: string): Labels => ({ [LABELS.managed]: 'true', [LABELS.home]: homeId });

const THROW_AWAY = new Set<string | undefined>(['helper', 'probe'] satisfies Role[]);

/** Of a container that is used once and removed; one that is found was left behind by a crash. */
export const isThrowAway = (labels: Labels): boolean =>
  labels[LABELS.generation] === undefined && THROW_AWAY.has(labels[LABELS.role]);

export const sandboxLabels = (input: { homeId: string; name: string; sandboxId: string }): Labels => ({
  ...homeLabels(input.homeId),
  [LABELS.sandbox]: input.name,
  [LABELS.sandboxId]: input.sandboxId,
});

export const containerLabels = (
  input: { homeId: string; name: string; sandboxId: string },
  role: Role,
  generation: string,
  operation: string,
): Labels => ({
  ...sandboxLabels(input),
  [LABELS.role]: role,
  [LABELS.generation]: generation,
  [LABELS.operation]: operation,
});
