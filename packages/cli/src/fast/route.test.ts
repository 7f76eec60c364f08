import { expect, it } from 'vitest';
import { routeFast } from './route.ts';

const reserved = () => ['list', 'ls', 'status', 'gateway', 'help', 'version', 'plugins'];

it.each([
  ['', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['--help', { kind: 'help' }],
  ['-h', { kind: 'help' }],
  ['--version', { kind: 'version' }],
  ['-v', { kind: 'version' }],
  ['version', { kind: 'version' }],
  ['list', { kind: 'list', json: false }],
  ['ls --json', { kind: 'list', json: true }],
  ['--json list', { kind: 'list', json: true }],
  ['status', { kind: 'status', json: false }],
  ['status demo', { kind: 'status', name: 'demo', json: false }],
  ['demo status --json', { kind: 'status', name: 'demo', json: true }],
  ['demo', { kind: 'status', name: 'demo', json: false }],
  // Not ours: another command, an unknown flag, two of a kind, a name that is none.
  ['gateway status', undefined],
  ['plugins', undefined],
  ['status --help', undefined],
  ['list --live', undefined],
  ['list --json --json', undefined],
  ['version --json', undefined],
  ['help status', undefined],
  ['status Demo', undefined],
  ['status ../x', undefined],
  ['demo status --live', undefined],
  ['--json', undefined],
])('%s', (line, request) => {
  expect(routeFast(line === '' ? [] : line.split(' '), reserved)).toEqual(request);
});
