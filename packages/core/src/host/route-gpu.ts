import type { GpuBid } from '@nemoclaw/plugin-api';

export const routeGpu = (_input: {
  bids: GpuBid[];
  /** `auto`, `off` or a strategy's id. */
  request: string;
}): { chosen: string | null; reason: string; warnings: string[] } => {
  throw new Error('not written yet');
};
