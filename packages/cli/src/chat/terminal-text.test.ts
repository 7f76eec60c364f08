import { expect, it } from 'vitest';
import { terminalText } from './terminal-text.ts';

function sink(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

it('prints pieces as they come and ends the line once', () => {
  const out = sink(false);
  const text = terminalText(out);
  text.write('Par');
  text.write('is.');
  text.end('Paris.');
  expect(out.written.join('')).toBe('Paris.\n');
});

it('prints the whole answer when nothing was streamed', () => {
  const out = sink(false);
  terminalText(out).end('Paris.\n');
  expect(out.written.join('')).toBe('Paris.\n');
});

it.each([
  [true, 'ab\n'],
  [false, 'a\u001b[2Jb\n'],
])('takes control characters away on a terminal only (%s)', (isTTY, expected) => {
  const out = sink(isTTY);
  const text = terminalText(out);
  text.write('a\u001b[2Jb');
  text.end('');
  expect(out.written.join('')).toBe(expected);
});
