import type { GpuBid } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';

export interface GpuRoute {
  /** Id of the strategy; `null` is no GPU. */
  chosen: string | null;
  reason: string;
  warnings: string[];
}

const byPriority = (a: GpuBid, b: GpuBid): number =>
  b.priority - a.priority || (a.strategy < b.strategy ? -1 : a.strategy > b.strategy ? 1 : 0);

const route = (bid: GpuBid): GpuRoute => ({ chosen: bid.strategy, reason: bid.reason, warnings: bid.warnings });

const explicit = (bids: GpuBid[], wanted: string): GpuRoute => {
  const bid = bids.find(({ strategy }) => strategy === wanted);
  if (!bid)
    throw codedError('GPU_UNKNOWN', {
      message: `There is no GPU strategy ${wanted}.`,
      hint: `Installed: ${bids.map(({ strategy }) => strategy).join(', ') || 'none'}; \`nemoclaw gpu list\` shows what each says of this host.`,
      details: { strategy: wanted },
    });
  if (!bid.applicable)
    throw codedError('GPU_NOT_APPLICABLE', {
      message: `GPU strategy ${wanted} does not fit this host: ${bid.reason}`,
      details: { strategy: wanted, reason: bid.reason, evidence: bid.evidence },
    });
  return route(bid);
};

const automatic = (bids: GpuBid[]): GpuRoute => {
  const [best] = bids.filter(({ applicable }) => applicable).sort(byPriority);
  if (best) return route(best);
  const reasons = [...bids].sort(byPriority).map(({ strategy, reason }) => `${strategy}: ${reason}`);
  return {
    chosen: null,
    reason: reasons.length > 0 ? reasons.join('; ') : 'no GPU strategy is installed',
    warnings: [],
  };
};

/**
 * Pure: which of the strategies that have bid gives the sandbox its GPU. `auto` takes the applicable one of the highest
 * priority, or none; a strategy by name is GPU_NOT_APPLICABLE with its own reason where it does not fit. GPU_UNKNOWN.
 */
export const routeGpu = (input: {
  bids: GpuBid[];
  /** `auto`, `off` or a strategy's id. */
  request: string;
}): GpuRoute => {
  switch (input.request) {
    case 'off':
      return { chosen: null, reason: 'not asked for', warnings: [] };
    case 'auto':
      return automatic(input.bids);
    default:
      return explicit(input.bids, input.request);
  }
};
