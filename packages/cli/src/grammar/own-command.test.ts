import { expect, it } from 'vitest';
import { isOwnCommand } from './own-command.ts';

const commands = [
  { id: 'list' },
  { id: 'gateway:restart' },
  { id: 'plugins' },
  { id: 'plugins:inspect' },
  { id: 'help', plugin: 'the-help' },
  { id: 'autocomplete:script', plugin: 'the-autocomplete' },
];

it.each([
  ['list --json', true],
  ['gateway restart demo --help', true],
  ['plugins inspect x', true],
  ['help list', false],
  ['autocomplete script bash', false],
  // A topic, an unknown word, root help: all commands are looked at.
  ['gateway --help', false],
  ['frob', false],
  ['--help', false],
])('%s → %s', (line, own) => {
  expect(isOwnCommand(line.split(' '), commands)).toBe(own);
});
