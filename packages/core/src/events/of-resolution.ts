import type { ContainerState } from '@nemoclaw/plugin-api';
import type { OwnershipStatus } from '../api/records.ts';
import type { OwnershipNotice, Resolution } from '../ownership/index.ts';
import { oneLine } from '../redaction/index.ts';
import type { NewEvent } from './merge.ts';

/** What each end of a resolution is for whoever asks for the status; `present` is none of the five. */
export const STATUS_OF: Record<Exclude<Resolution['state'], 'present'>, OwnershipStatus> = {
  replacing: 'ReplacementPending',
  unfinished: 'InstanceMissing',
  missing: 'InstanceMissing',
  rollback: 'OwnershipUnresolved',
  adopt: 'OwnershipUnresolved',
  observe: 'OwnershipUnresolved',
  conflict: 'IdentityConflict',
};

const MAX_IDS = 16;
const MAX_LABELS = 40;
const MAX_LABEL = 200;

type Seen = Pick<ContainerState, 'id' | 'name' | 'labels' | 'phase'>;

const described = (ids: readonly string[], containers: readonly Seen[]): NewEvent['containers'] =>
  containers
    .filter(({ id }) => ids.includes(id))
    .map(({ id, name, labels }) => ({
      id,
      name: oneLine(name, MAX_LABEL),
      labels: Object.fromEntries(
        Object.entries(labels)
          .slice(0, MAX_LABELS)
          .map(([key, value]) => [oneLine(key, MAX_LABEL), oneLine(value, MAX_LABEL)]),
      ),
    }));

const named = (ids: readonly string[], containers: readonly Seen[]): string =>
  ids
    .map((id) => {
      const found = containers.find((container) => container.id === id);
      return found ? `${oneLine(found.name, 100)} (${id.slice(0, 12)}, ${found.phase})` : id.slice(0, 12);
    })
    .join(', ');

const idsOf = (resolution: Exclude<Resolution, { state: 'present' }>): string[] => {
  switch (resolution.state) {
    case 'missing':
      return [];
    case 'replacing':
      return [resolution.incumbent.id, resolution.replacement.id].sort();
    case 'conflict':
      return resolution.ids;
    case 'unfinished':
    case 'rollback':
    case 'adopt':
    case 'observe':
      return [resolution.container.id];
  }
};

const reasonOf = (resolution: Exclude<Resolution, { state: 'present' }>): string => {
  switch (resolution.state) {
    case 'missing':
      return 'the container is gone from the engine';
    case 'unfinished':
      return 'the create of the container was cut off';
    case 'replacing':
      return 'the container is being replaced, or that was cut off';
    case 'rollback':
      return 'the container is gone, and the one that it replaced is still there';
    case 'adopt':
    case 'observe':
      return 'the container is gone, and its replacement is there';
    case 'conflict':
      return resolution.reason;
  }
};

/** Pure: what is worth telling of one look at a sandbox's containers. */
export const eventsOfResolution = (resolution: Resolution, containers: readonly Seen[]): NewEvent[] => {
  const event = (part: Pick<NewEvent, 'reason' | 'level' | 'message'>, all: readonly string[]): NewEvent => {
    const ids = [...all].sort().slice(0, MAX_IDS);
    return { ...part, ids, containers: described(ids, containers) };
  };
  if (resolution.state !== 'present') {
    const reason = STATUS_OF[resolution.state];
    const ids = idsOf(resolution);
    const about = ids.length === 0 ? '' : `: ${named(ids, containers)}`;
    const level = reason === 'ReplacementPending' ? 'warning' : 'error';
    return [event({ reason, level, message: `${reasonOf(resolution)}${about}` }, ids)];
  }
  return resolution.notices.map(({ reason, ids }) =>
    event({ ...NOTICES[reason], message: `${SAYS[reason]}: ${named(ids, containers)}` }, ids),
  );
};

const NOTICES = {
  stranger: { reason: 'Stranger', level: 'warning' },
  leftover_backup: { reason: 'LeftoverBackup', level: 'warning' },
  replacement_open: { reason: 'ReplacementPending', level: 'warning' },
} as const satisfies Record<OwnershipNotice['reason'], Pick<NewEvent, 'reason' | 'level'>>;

const SAYS: Record<OwnershipNotice['reason'], string> = {
  stranger: 'carries the labels of the sandbox, was not made for it, and is left alone',
  leftover_backup: 'was replaced and could not be removed',
  replacement_open: 'a replacement was begun, and its other container is not there',
};
