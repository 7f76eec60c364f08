import { expect, it } from 'vitest';
import { parseIdentity } from './identity.ts';

const owner = { uid: 1, gid: 2, groups: [3] };

it('takes the three inodes in their order', () => {
  expect(parseIdentity('net:[4026532001]\npid:[4026532002]\nmnt:[4026532003]\n', owner)).toEqual({
    ...owner,
    netns: '4026532001',
    pidns: '4026532002',
    mntns: '4026532003',
  });
});
it.each(['', 'net:[1]\npid:[2]\n', 'net:[1]\npid:[x]\nmnt:[3]\n'])('knows nothing from %j', (text) => {
  expect(parseIdentity(text, owner)).toBeUndefined();
});
