import { describe, expect, it } from 'vitest';
import { BUDGETS, budgetsFor } from './budgets.ts';

describe('budgetsFor', () => {
  it.each([undefined, ''])('leaves the bounds as they are for %j', (NEMOCLAW_ENGINE_PATIENCE) => {
    expect(budgetsFor({ NEMOCLAW_ENGINE_PATIENCE })).toEqual(BUDGETS);
  });

  it('makes every bound longer or shorter by the same factor', () => {
    expect(budgetsFor({ NEMOCLAW_ENGINE_PATIENCE: '0.05' })).toMatchObject({
      read: 1_000,
      change: 3_000,
      start: 4_500,
    });
    expect(budgetsFor({ NEMOCLAW_ENGINE_PATIENCE: '3' }).build).toBe(BUDGETS.build * 3);
  });

  it.each(['0', '-1', 'fast', '1e9', 'NaN'])('refuses %j instead of waiting for ever or not at all', (value) => {
    expect(() => budgetsFor({ NEMOCLAW_ENGINE_PATIENCE: value })).toThrow(/NEMOCLAW_ENGINE_PATIENCE/);
  });
});
