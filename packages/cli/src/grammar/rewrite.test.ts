import { describe, expect, it } from 'vitest';
import { type GrammarCommand, reservedNames, rewriteArgv } from './rewrite.ts';

const commands: GrammarCommand[] = [
  { id: 'list', aliases: ['ls'] },
  { id: 'onboard' },
  { id: 'sandbox', scope: 'sandbox' },
  { id: 'status', scope: 'sandbox' },
  { id: 'exec', scope: 'sandbox' },
  { id: 'gateway:restart', scope: 'sandbox' },
  { id: 'gateway:status', scope: 'sandbox' },
  { id: 'gpu:list' },
  { id: 'plugins' },
  { id: 'plugins:inspect' },
];

describe('rewriteArgv', () => {
  it.each([
    ['demo status', 'status demo'],
    ['demo status --json', 'status demo --json'],
    ['demo gateway restart --json', 'gateway restart demo --json'],
    ['demo gateway restart --help', 'gateway restart demo --help'],
    ['demo gateway status', 'gateway status demo'],
    ['demo exec -- gateway restart', 'exec demo -- gateway restart'],
    ['demo exec --as gateway -- id', 'exec demo --as gateway -- id'],
    ['demo', 'sandbox demo'],
    ['demo --json', 'sandbox demo --json'],
    ['demo --help', 'sandbox --help'],
    ['demo -h', 'sandbox --help'],
    ['demo gateway', 'gateway --help'],
    ['demo gateway --help', 'gateway --help'],
    // Canonical stays canonical.
    ['status demo', 'status demo'],
    ['gateway restart demo', 'gateway restart demo'],
    ['onboard --name demo', 'onboard --name demo'],
    // The name of a command, topic or alias wins.
    ['status status', 'status status'],
    ['gateway status', 'gateway status'],
    ['ls status', 'ls status'],
    ['plugins inspect', 'plugins inspect'],
    // A sandbox that has the name of a verb's second word is a name like any other.
    ['restart gateway restart', 'gateway restart restart'],
    // Not understood: handed on untouched.
    ['demo gatway restart', 'demo gatway restart'],
    ['demo list', 'demo list'],
    ['demo --name x', 'demo --name x'],
    ['Demo status', 'Demo status'],
    ['--json demo status', '--json demo status'],
    ['', ''],
  ])('%s → %s', (before, after) => {
    expect(rewriteArgv(before === '' ? [] : before.split(' '), commands).join(' ')).toBe(after);
  });

  it('keeps arguments with spaces whole', () => {
    expect(rewriteArgv(['demo', 'exec', '--', 'sh', '-c', 'echo a b'], commands)).toEqual([
      'exec',
      'demo',
      '--',
      'sh',
      '-c',
      'echo a b',
    ]);
  });
});

it('reserves the first words of commands, topics and aliases', () => {
  expect(reservedNames(commands)).toEqual([
    'exec',
    'gateway',
    'gpu',
    'list',
    'ls',
    'onboard',
    'plugins',
    'sandbox',
    'status',
  ]);
});
