import type { OnProgress } from '@nemoclaw/core';
import { progressLine } from './line.ts';

/** Shows progress on stderr until `close`. */
export interface ProgressRenderer {
  onProgress: OnProgress;
  /** Ends the display; what was not finished stays as it was. */
  close(): Promise<void>;
}

/** One plain line an event: for pipes and logs. */
export function lineRenderer(stderr: NodeJS.WritableStream): ProgressRenderer {
  return {
    onProgress: (event) => {
      const line = progressLine(event);
      if (line !== undefined) stderr.write(`${line}\n`);
    },
    close: async () => {},
  };
}

/** Nothing: the caller wants results or errors only. */
export function silentRenderer(): ProgressRenderer {
  return { onProgress: () => {}, close: async () => {} };
}

/** The one that fits: nothing when asked to be quiet, a live list on a terminal, lines elsewhere. */
export async function chooseRenderer(stderr: NodeJS.WriteStream, quiet: boolean): Promise<ProgressRenderer> {
  if (quiet) return silentRenderer();
  if (!stderr.isTTY) return lineRenderer(stderr);
  const { taskListRenderer } = await import('./task-list.ts');
  return taskListRenderer(stderr);
}
