import { CodedError } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { presentError, renderError } from './present-error.ts';

const oclifError = (message: string, exit: number, extra: object = {}): Error =>
  Object.assign(new Error(message), { oclif: { exit } }, extra);

describe('presentError', () => {
  it('keeps what a coded error says, under the name of the program that was called', () => {
    const error = new CodedError('ENGINE_NOT_RUNNING', {
      message: 'No engine answers.',
      hint: 'Start it, then `nemoclaw doctor`.',
      cause: new Error('connect ENOENT', { cause: new Error('no such file') }),
    });
    error.plugin = 'p@1.0.0';
    expect(presentError(error, 'nemohermes')).toEqual({
      code: 'ENGINE_NOT_RUNNING',
      message: 'No engine answers.',
      hint: 'Start it, then `nemohermes doctor`.',
      plugin: 'p@1.0.0',
      causes: ['connect ENOENT', 'no such file'],
    });
  });

  it('turns what the parser says into USAGE', () => {
    const error = oclifError('Nonexistent flag: --nope\nSee more help with --help', 2, { parse: {} });
    expect(presentError(error, 'nemoclaw')).toMatchObject({ code: 'USAGE', message: 'Nonexistent flag: --nope' });
  });

  it.each([
    oclifError('Run nemohermes help for a list of available commands.', 127),
    oclifError('Command frob not found.', 2),
  ])('knows an unknown command: $message', (error) => {
    expect(presentError(error, 'nemohermes')).toMatchObject({
      code: 'UNKNOWN_COMMAND',
      hint: '`nemohermes help` lists the commands.',
    });
  });

  it('shows no stack of an unexpected error unless asked', () => {
    const presented = presentError(new TypeError('x is undefined'), 'nemoclaw');
    expect(presented.code).toBe('INTERNAL_ERROR');
    expect(renderError(presented, false)).not.toContain('present-error.test');
    expect(renderError(presented, true)).toContain('present-error.test');
  });

  it('passes a wordless exit on', () => {
    expect(presentError(oclifError('EEXIT: 3', 3, { code: 'EEXIT' }), 'nemoclaw')).toMatchObject({ silentExit: 3 });
  });

  it('takes the hint of the catalogue where an error has none', () => {
    expect(presentError(new CodedError('SANDBOX_NOT_FOUND', { message: 'No demo.' }), 'nemohermes').hint).toContain(
      '`nemohermes list`',
    );
  });

  it('strips control characters from a message', () => {
    expect(presentError(new CodedError('X', { message: 'a\u001b[2Jb' }), 'nemoclaw').message).toBe('ab');
  });
});

it('prints code, plugin, message and hint', () => {
  const text = renderError(
    { code: 'X', message: 'It broke.', hint: 'Do a.\nThen b.', plugin: 'p@1', causes: ['why'] },
    true,
  );
  expect(text).toBe('error X (p@1): It broke.\n  Do a.\n  Then b.\n  caused by: why\n');
});
