import { expect, it } from 'vitest';
import { checkNewName } from './new-name.ts';

const commands = [{ id: 'gateway:restart' }, { id: 'list', aliases: ['ls'] }];

it.each(['gateway', 'list', 'ls'])('refuses the name of a command: %s', (name) => {
  expect(() => checkNewName(name, commands, 'nemoclaw')).toThrow(expect.objectContaining({ code: 'NAME_IS_COMMAND' }));
});

it.each(['Demo', '1st', 'a_b', '', '../x', 'a'.repeat(32)])('refuses what is no name: %j', (name) => {
  expect(() => checkNewName(name, commands, 'nemoclaw')).toThrow(expect.objectContaining({ code: 'BAD_NAME' }));
});

it.each(['demo', 'restart', 'my-list'])('takes %s', (name) => {
  expect(checkNewName(name, commands, 'nemoclaw')).toBe(name);
});
