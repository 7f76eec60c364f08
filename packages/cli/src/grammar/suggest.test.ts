import { expect, it } from 'vitest';
import { nearest } from './suggest.ts';

it.each([
  ['onbord', 'onboard'],
  ['lst', 'list'],
  ['gatway restart', 'gateway restart'],
  ['frobnicate', undefined],
  ['x', undefined],
])('%s → %s', (word, expected) => {
  expect(nearest(word, ['onboard', 'list', 'logs', 'gateway restart', 'gateway status'])).toBe(expected);
});
