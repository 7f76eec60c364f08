import { expect, it } from 'vitest';
import { parseOwner } from './status.ts';

it('reads the effective ids and the groups', () => {
  expect(
    parseOwner('Name:\tnode\nUid:\t0\t64101\t64101\t64101\nGid:\t0\t64101\t64101\t64101\nGroups:\t44 64110 \n'),
  ).toEqual({
    uid: 64101,
    gid: 64101,
    groups: [44, 64110],
  });
});
it('reads a process without groups', () => {
  expect(parseOwner('Uid:\t1\t1\t1\t1\nGid:\t2\t2\t2\t2\nGroups:\t \n')).toEqual({ uid: 1, gid: 2, groups: [] });
});
it('is undefined for anything else', () => expect(parseOwner('Name:\tnode\n')).toBeUndefined());
