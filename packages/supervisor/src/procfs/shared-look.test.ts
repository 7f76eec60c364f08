import { describe, expect, it } from 'vitest';
import { sharedLook } from './shared-look.ts';

const rig = () => {
  const looks: PromiseWithResolvers<number>[] = [];
  const ask = sharedLook(() => {
    const look = Promise.withResolvers<number>();
    looks.push(look);
    return look.promise;
  });
  return { looks, ask };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('sharedLook', () => {
  it('answers all who asked before it began with one look, and those who came later with the next', async () => {
    const { looks, ask } = rig();
    const early = [ask(), ask(), ask()];
    await turn();
    expect(looks).toHaveLength(1);
    const late = [ask(), ask()];
    await turn();
    expect(looks).toHaveLength(1);
    looks[0]?.resolve(1);
    expect(await Promise.all(early)).toEqual([1, 1, 1]);
    await turn();
    expect(looks).toHaveLength(2);
    looks[1]?.resolve(2);
    expect(await Promise.all(late)).toEqual([2, 2]);
  });

  it('looks again after a look that failed', async () => {
    const { looks, ask } = rig();
    const first = ask();
    await turn();
    looks[0]?.reject(new Error('EMFILE'));
    await expect(first).rejects.toThrow('EMFILE');
    const second = ask();
    await turn();
    looks[1]?.resolve(2);
    expect(await second).toBe(2);
  });
});
