import { expect, it } from 'vitest';
import { progressLine } from './line.ts';

it.each([
  [
    { type: 'operation', operation: 'onboard', sandbox: 'demo', steps: [{ id: 'a', title: 'A' }] },
    'onboard demo: 1 steps',
  ],
  [{ type: 'step', id: 'a', title: 'Build image', state: 'started', elapsedMs: 0 }, 'Build image: started'],
  [
    { type: 'step', id: 'a', title: 'Build image', state: 'done', elapsedMs: 4600, note: 'reused' },
    'Build image: done 4.6s (reused)',
  ],
  [
    { type: 'step', id: 'a', title: 'Build image', state: 'undo-failed', elapsedMs: 10 },
    'Build image: UNDO FAILED 0.0s',
  ],
  [{ type: 'output', step: 'a', text: 'one\n\u001b[1Atwo\n' }, '  one\n  two'],
  [{ type: 'note', level: 'warn', text: 'slow disk' }, 'warning: slow disk'],
] as const)('%j', (event, line) => {
  expect(progressLine(event as Parameters<typeof progressLine>[0])).toBe(line);
});
