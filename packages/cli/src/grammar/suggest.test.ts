import { expect, it } from 'vitest';
import { guessCommand, nearest } from './suggest.ts';

it.each([
  ['onbord', 'onboard'],
  ['lst', 'list'],
  ['gatway restart', 'gateway restart'],
  ['frobnicate', undefined],
  ['x', undefined],
])('%s → %s', (word, expected) => {
  expect(nearest(word, ['onboard', 'list', 'logs', 'gateway restart', 'gateway status'])).toBe(expected);
});

it.each([
  ['demo gatway restart', 'demo gateway restart'],
  ['gatway restart demo', 'gateway restart'],
  ['onbord x', 'onboard'],
  ['frobnicate all of it', undefined],
])('%s → %s', (line, guess) => {
  const commands = [{ id: 'onboard' }, { id: 'list' }, { id: 'gateway:restart', scope: 'sandbox' as const }];
  expect(guessCommand(line.split(' '), commands)).toBe(guess);
});
