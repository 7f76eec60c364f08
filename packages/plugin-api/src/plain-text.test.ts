import { describe, expect, it } from 'vitest';
import { oneLine } from './plain-text.ts';

describe('oneLine', () => {
  it.each([
    ['two\r\nlines\t here', 'two lines  here'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['\u009b2Jgone', '2Jgone'],
    ['safe \u202egnp.exe', 'safe  gnp.exe'],
    ['  Straße – 東京 🦀 ', 'Straße – 東京 🦀'],
  ])('%j becomes %j', (text, plain) => expect(oneLine(text)).toBe(plain));

  it('is bounded', () => expect(oneLine('x'.repeat(1000), 10)).toBe('xxxxxxxxxx'));
});
