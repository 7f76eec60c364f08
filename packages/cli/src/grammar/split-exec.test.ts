import { expect, it } from 'vitest';
import { splitExec } from './split-exec.ts';

it.each([
  ['demo -- ls -la', 'demo', 'ls -la'],
  ['demo --as gateway -- git log -- file', 'demo --as gateway', 'git log -- file'],
  ['demo', 'demo', ''],
])('%s', (argv, own, command) => {
  expect(splitExec(argv.split(' '))).toEqual({
    own: own.split(' '),
    command: command === '' ? [] : command.split(' '),
  });
});
