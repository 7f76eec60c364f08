import type { ContainerState, Milliseconds } from '@nemoclaw/plugin-api';

/** What a look at the engine says of one container, as far as it says who it is. */
export type Sighting = Pick<ContainerState, 'id' | 'name' | 'labels' | 'phase' | 'startedAt'>;

/** An earlier look at all containers that carry the sandbox's labels. */
export interface Observation {
  /** How long before the present look, on a monotonic clock. */
  agoMs: Milliseconds;
  containers: readonly Sighting[];
}

/** Something that is worth telling and changes nothing; the same reason and ids are the same notice. */
export interface OwnershipNotice {
  reason: 'stranger' | 'leftover_backup' | 'replacement_open';
  /** Sorted. */
  ids: string[];
}

/** What the engine has of a sandbox's agent, judged against its journal. Labels find; only ids and generations decide. */
export type Resolution<C extends Sighting = ContainerState> =
  | { state: 'present'; container: C; strangers: string[]; notices: OwnershipNotice[] }
  /** A replacement between its first create and its commit: exactly the two that the intent names. */
  | { state: 'replacing'; incumbent: C; replacement: C }
  /** A first create that a crash cut off; of the journal's own generation, never started. */
  | { state: 'unfinished'; container: C }
  /** The authoritative one is gone and the one that it replaced is still there, under its backup name. */
  | { state: 'rollback'; container: C }
  /** The authoritative one is gone and the intent's replacement is there, under the sandbox's own name, and stays so. */
  | { state: 'adopt'; container: C; generation: string }
  /** As before, and not yet seen for long enough: look again after `waitMs`. */
  | { state: 'observe'; container: C; waitMs: Milliseconds }
  | { state: 'missing' }
  | { state: 'conflict'; reason: string; ids: string[] };
