import type { JsonObject } from '@nemoclaw/plugin-api';
import type { Step } from '../../operations/types.ts';
import type { OnboardData } from '../onboard/data.ts';
import type { OnboardTools } from '../onboard/tools.ts';

/**
 * What the steps of a replacement know. `agentId` and `generations.agent` are the replacement's, so that the proofs of an
 * onboard prove it; `record` is what will stand when it is committed. Plain JSON, no secrets.
 */
export interface ReplaceData extends OnboardData {
  /** Name of the operation, which is why: `gpu-set`. */
  why: string;
  incumbent: { id: string; generation: string };
  /** The incumbent's own, as they were found: what an undo gives back. */
  incumbentPolicy: 'no' | 'unless-stopped';
  incumbentRan: boolean;
  /** By which it is seen afterwards whether it was ever stopped. */
  incumbentStartedAt: string;
  incumbentGroups: number[];
  canonicalName: string;
  stagingName: string;
  backupName: string;
  wantedPolicy: 'no' | 'unless-stopped';
  /** The plan that the incumbent was created by. */
  recordedPlan: JsonObject;
  /** Whether the agent's sealed files are written anew for it: another version of it may want others. */
  reseal?: boolean;
  /** Whether a stop of the incumbent was asked for, and whether the engine answered; absent in an older journal. */
  stopAsked?: boolean;
  stopAnswered?: boolean;
  /** Whether a start of the replacement was asked for, and whether the engine answered. */
  startAsked: boolean;
  startAnswered: boolean;
}

export type ReplaceStep = Step<ReplaceData>;
export type ReplaceTools = OnboardTools;
