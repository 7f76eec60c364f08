import { oneLine } from '@nemoclaw/core/text';
import type { GpuBid } from '@nemoclaw/plugin-api';

export function renderGpuList(result: { bids: readonly GpuBid[]; chosen: string | null; reason: string }): string {
  const bids = result.bids.flatMap((bid) => [
    `${bid.strategy === result.chosen ? '*' : ' '} ${bid.strategy}: ${bid.applicable ? 'applies' : 'does not apply'}, ${oneLine(bid.reason)}`,
    ...bid.evidence.map((line) => `      ${oneLine(line)}`),
    ...bid.warnings.map((line) => `      warning: ${oneLine(line)}`),
  ]);
  return `${[...bids, `chosen: ${result.chosen ?? 'none'}, ${oneLine(result.reason)}`].join('\n')}\n`;
}
