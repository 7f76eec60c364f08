import { expect, it } from 'vitest';
import { checkApi } from './compatibility.ts';

it.each([
  ['1.0', '1.0', 'ok'],
  ['1.0', '1.4', 'ok'],
  ['1.10', '1.9', 'incompatible'],
  ['1.9', '1.10', 'ok'],
  ['2.0', '1.9', 'incompatible'],
  ['1.9', '2.0', 'incompatible'],
  ['', '1.0', 'incompatible'],
])('a plugin for %s on %s is %s', (theirs, ours, diagnosis) => {
  expect(checkApi(theirs, ours).diagnosis).toBe(diagnosis);
});

it('says who is to move', () => {
  expect(checkApi('1.5', '1.0')).toMatchObject({ fix: expect.stringContaining('Upgrade this program') });
  expect(checkApi('1.5', '2.0')).toMatchObject({ fix: expect.stringContaining('for API 2.x') });
});
