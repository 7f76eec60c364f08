import type { GpuBid } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { routeGpu } from './route-gpu.ts';

const bid = (strategy: string, applicable: boolean, priority: number, warnings: string[] = []): GpuBid => ({
  strategy,
  applicable,
  priority,
  reason: `${strategy} says so`,
  evidence: [],
  warnings,
  activation: 'create',
});
const no = bid('fast', false, 90);
const low = bid('low', true, 10, ['slow']);
const high = bid('high', true, 50);

describe('routeGpu', () => {
  it.each([
    ['the highest applicable bid', [low, no, high], 'auto', { chosen: 'high', reason: 'high says so', warnings: [] }],
    ['its warnings with it', [low, no], 'auto', { chosen: 'low', reason: 'low says so', warnings: ['slow'] }],
    [
      'the same one whatever the order',
      [bid('b', true, 5), bid('a', true, 5)],
      'auto',
      { chosen: 'a', reason: 'a says so', warnings: [] },
    ],
    ['none, with every reason', [no], 'auto', { chosen: null, reason: 'fast: fast says so', warnings: [] }],
    ['none, where nobody bids', [], 'auto', { chosen: null, reason: 'no GPU strategy is installed', warnings: [] }],
    ['none when it is off', [high], 'off', { chosen: null, reason: 'not asked for', warnings: [] }],
    ['the one that was named', [high, low], 'low', { chosen: 'low', reason: 'low says so', warnings: ['slow'] }],
  ])('takes %s', (_title, bids, request, expected) => {
    expect(routeGpu({ bids, request })).toEqual(expected);
  });

  it('refuses a named one that does not fit, in its own words', () => {
    expect(() => routeGpu({ bids: [no, high], request: 'fast' })).toThrow(
      expect.objectContaining({ code: 'GPU_NOT_APPLICABLE', message: expect.stringContaining('fast says so') }),
    );
  });

  it('refuses an unknown one and lists what there is', () => {
    expect(() => routeGpu({ bids: [high, low], request: 'magic' })).toThrow(
      expect.objectContaining({ code: 'GPU_UNKNOWN', hint: expect.stringContaining('high, low') }),
    );
  });
});
