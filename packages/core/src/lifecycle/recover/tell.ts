import type { ContainerState } from '@nemoclaw/plugin-api';
import { stoppedBecause } from '../stopped.ts';

/** Takes one line of what a recover did, in the past tense. */
export type Tell = (action: string) => void;

/** Pure: what was started, and why it was not running. */
export const startedLine = (what: string, container: ContainerState): string =>
  `started ${what}: it was ${stoppedBecause(container)}`;

export const leftoverLine = (name: string): string => `removed the leftover ${name}`;
