import { describe, expect, it } from 'vitest';
import { FAULTS } from './apply-fault.ts';
import { selectPoints } from './select-cases.ts';

describe('selectPoints', () => {
  it('gives every fault to the first and the last of what changes something', () => {
    const points = selectPoints(new Map([['POST /a', 3]]), new Set());
    expect(points).toHaveLength(FAULTS.length * 2);
    expect(new Set(points.map(({ nth }) => nth))).toEqual(new Set([0, 2]));
  });

  it('gives it once to what is made once', () => {
    expect(selectPoints(new Map([['POST /a', 1]]), new Set())).toHaveLength(FAULTS.length);
  });

  it('reads once for all operations, and never twice', () => {
    const known = new Set<string>();
    const first = selectPoints(new Map([['GET /a', 9]]), known);
    expect(first.map(({ nth, fault }) => `${nth} ${fault}`)).toEqual([
      '0 refused',
      '0 delayed',
      '0 answered-500',
      '0 cut',
      '0 answer-lost',
    ]);
    expect(selectPoints(new Map([['GET /a', 1]]), known)).toEqual([]);
  });

  it('takes changes again in each operation', () => {
    const known = new Set<string>();
    selectPoints(new Map([['POST /a', 1]]), known);
    expect(selectPoints(new Map([['POST /a', 1]]), known)).toHaveLength(FAULTS.length);
  });
});
