import { describe, expect, it } from 'vitest';
import { oneLine, stripControl } from './control-characters.ts';

describe('stripControl', () => {
  it.each([
    ['colours', '\x1b[31mred\x1b[0m', 'red'],
    ['cursor moves', 'a\x1b[2K\x1b[1Gb', 'ab'],
    ['window title', 'a\x1b]0;evil\x07b', 'ab'],
    ['hyperlink', '\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['clipboard, cut off', 'a\x1b]52;c;ZXZpbA==\nb', 'a\nb'],
    ['device control', 'a\x1bPq#0;2\x1b\\b', 'ab'],
    ['8-bit CSI', 'a\x9b31mb', 'ab'],
    ['8-bit OSC', 'a\x9d0;evil\x9cb', 'ab'],
    ['two-byte escape', 'a\x1bcb', 'ab'],
    ['charset', 'a\x1b(0b', 'ab'],
    ['an escape at the end', 'a\x1b', 'a'],
    ['bell, backspace, delete', 'a\x07\x08\x7fb', 'ab'],
    ['overwriting carriage return', 'all fine\rrm -rf', 'all finerm -rf'],
    ['line ends', 'a\r\nb\nc\td', 'a\nb\nc\td'],
    ['right-to-left override', 'a\u202egnp.exe\u202c', 'agnp.exe'],
    ['zero width', 'ad\u200bmin\ufeff', 'admin'],
    ['tag characters', 'a\u{e0041}b', 'ab'],
    ['other languages', 'žluťoučký 猫 🐈', 'žluťoučký 猫 🐈'],
  ])('%s', (_name, text, clean) => {
    expect(stripControl(text)).toBe(clean);
  });
});

it('oneLine joins, trims and bounds', () => {
  expect(oneLine('  a\n\n\x1b[31m b\t c ')).toBe('a b c');
  expect(oneLine('x'.repeat(10_000_000), 20)).toBe(`${'x'.repeat(19)}…`);
});
