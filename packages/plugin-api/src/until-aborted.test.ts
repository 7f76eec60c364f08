import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

const never = () => new Promise<never>(() => undefined);

describe('untilAborted', () => {
  it('gives the result of the work', async () => {
    expect(await untilAborted(Promise.resolve(7), new AbortController().signal)).toBe(7);
  });
  it('passes on the error of the work', async () => {
    await expect(untilAborted(Promise.reject(new Error('broken')), new AbortController().signal)).rejects.toThrow(
      'broken',
    );
  });
  it('ends with the reason of the signal although the work never ends', async () => {
    const controller = new AbortController();
    const end = untilAborted(never(), controller.signal);
    controller.abort(new Error('interrupted'));
    await expect(end).rejects.toThrow('interrupted');
  });
  it('refuses a signal that is aborted already', async () => {
    await expect(untilAborted(never(), AbortSignal.abort(new Error('late')))).rejects.toThrow('late');
  });
});
