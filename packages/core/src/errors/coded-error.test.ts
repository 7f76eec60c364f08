import { CodedError } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, CATALOGUE_GROUPS, catalogueRow } from './catalogue.ts';
import { codedError, describeError, exitCodeFor, forProgram, toCodedError } from './coded-error.ts';

describe('catalogue', () => {
  it('has every code in exactly one group', () => {
    const codes = CATALOGUE_GROUPS.flatMap((group) => Object.keys(group.rows));
    expect(codes.toSorted()).toEqual(Object.keys(CATALOGUE).toSorted());
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each(Object.entries(CATALOGUE))('%s is written for a reader', (code, row) => {
    expect(code).toMatch(/^[A-Z][A-Z_]+[A-Z]$/);
    expect(row.message).toMatch(/^[A-Z].*\.$/);
    expect(row.hint).toMatch(/\.$/);
    expect((row.hint.match(/`/g) ?? []).length % 2).toBe(0);
  });

  it('knows no inherited name as a code', () => {
    expect(catalogueRow('toString')).toBeUndefined();
    expect(catalogueRow('BUSY')).toMatchObject({ exit: 75, doc: 'docs/reference/errors.md#busy' });
  });
});

describe('codedError', () => {
  it('takes message and hint of the row and fills them from the details', () => {
    const error = codedError('SANDBOX_EXISTS', { details: { name: 'demo' } });
    expect(error.message).toBe(CATALOGUE.SANDBOX_EXISTS.message);
    expect(error.hint).toContain('`nemoclaw demo status`');
  });

  it('leaves a placeholder that it has no detail for', () => {
    expect(codedError('SANDBOX_EXISTS').hint).toContain('`nemoclaw <name> status`');
  });

  it('prefers what it is given', () => {
    const cause = new Error('why');
    const error = codedError('BUSY', { message: 'm', hint: 'h', cause, plugin: 'p@1.0.0' });
    expect(error).toMatchObject({ code: 'BUSY', message: 'm', hint: 'h', cause, plugin: 'p@1.0.0' });
  });
});

describe('toCodedError', () => {
  it('returns a coded error as it is, also one of another copy of the plugin API', () => {
    const own = new CodedError('BUSY', { message: 'm' });
    const foreign = Object.assign(new Error('m'), { name: 'CodedError', code: 'THEIR_CODE' });
    expect(toCodedError(own)).toBe(own);
    expect(toCodedError(foreign)).toBe(foreign);
  });

  it.each([
    [Object.assign(new Error('write'), { code: 'ENOSPC' }), 'DISK_FULL'],
    [new DOMException('stop', 'AbortError'), 'INTERRUPTED'],
    [new TypeError('x is not a function'), 'INTERNAL_ERROR'],
    ['a string', 'INTERNAL_ERROR'],
    [undefined, 'INTERNAL_ERROR'],
    [null, 'INTERNAL_ERROR'],
  ])('%s becomes %s and keeps it as its cause', (thrown, code) => {
    const error = toCodedError(thrown);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(thrown);
  });
});

describe('describeError', () => {
  it('adds the hint of the row to an error that has none', () => {
    expect(describeError(new CodedError('ENGINE_NOT_RUNNING', { message: 'ECONNREFUSED' }))).toEqual({
      code: 'ENGINE_NOT_RUNNING',
      audience: 'environment',
      exit: 1,
      message: 'ECONNREFUSED',
      hint: CATALOGUE.ENGINE_NOT_RUNNING.hint,
      doc: 'docs/reference/errors.md#engine_not_running',
    });
  });

  it('lets a plugin have codes of its own, with exit 1', () => {
    expect(describeError(new CodedError('ACME_LICENCE', { message: 'm' }))).toEqual({
      code: 'ACME_LICENCE',
      audience: 'plugin',
      exit: 1,
      message: 'm',
    });
  });

  it('maps to exit codes', () => {
    expect(
      [codedError('USAGE'), codedError('BUSY'), codedError('CHAT_FAILED'), new Error('x')].map(exitCodeFor),
    ).toEqual([2, 75, 1, 1]);
  });
});

it('shows commands under the name of the program that was called', () => {
  expect(forProgram('Run `nemoclaw demo status`; see nemoclaw-base.', 'nemohermes')).toBe(
    'Run `nemohermes demo status`; see nemoclaw-base.',
  );
});
