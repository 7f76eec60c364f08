import { expect, it } from 'vitest';
import { frozenInput } from './frozen-input.ts';

it('freezes a copy to the bottom, and leaves what it was given as it was', () => {
  const given = { devices: ['a'], env: { A: '1' } };
  const copy = frozenInput(given) as typeof given;
  expect(copy).toEqual(given);
  expect(() => copy.devices.push('b')).toThrow(TypeError);
  expect(() => Object.assign(copy.env, { B: '2' })).toThrow(TypeError);
  given.devices.push('c');
  expect(copy.devices).toEqual(['a']);
});

it('keeps what is no data: functions, signals, dates, bytes', () => {
  const kept = { run: () => 1, signal: new AbortController().signal, at: new Date(0), bytes: Buffer.from('x') };
  expect(Object.values(frozenInput(kept) as object)).toEqual(Object.values(kept));
  expect((frozenInput(kept) as typeof kept).signal).toBe(kept.signal);
});

it('takes the environment of the process for the data that it is', () => {
  const { env } = frozenInput({ env: process.env }) as { env: Record<string, string> };
  expect(env.PATH).toBe(process.env.PATH);
  expect(() => Object.assign(env, { PATH: '' })).toThrow(TypeError);
  expect(process.env.PATH).not.toBe('');
});
