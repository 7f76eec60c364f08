import { describe, expect, it } from 'vitest';
import { createLog, printable, reasonOf } from './log.ts';

describe('log', () => {
  it('writes one line of JSON for an event, without fields that are not there', () => {
    const lines: string[] = [];
    const log = createLog(
      (line) => lines.push(line),
      () => new Date(0),
    );
    log('listening', { port: 443, host: 'a\nb', absent: undefined });
    expect(lines).toEqual(['{"time":"1970-01-01T00:00:00.000Z","event":"listening","port":443,"host":"a\\nb"}\n']);
  });

  it('makes text from the network harmless and short', () => {
    expect(printable('\u001b[31mred\u009b\r\n é')).toBe('?[31mred?????');
    expect(printable('x'.repeat(500))).toHaveLength(128);
  });

  it('names an error without quoting it', () => {
    expect(reasonOf(Object.assign(new Error('secret'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(reasonOf(new TypeError('secret'))).toBe('TypeError');
    expect(reasonOf('secret')).toBe('unknown');
  });
});
