import { describe, expect, it } from 'vitest';
import type { ProgressEvent } from '../api/events.ts';
import { codedError } from '../errors/index.ts';
import { createRedactor } from '../redaction/index.ts';
import { redactError, shown } from './shown.ts';

const SECRET = 'hunter2-hunter2';
const redactor = createRedactor();
redactor.learn(SECRET);

describe('what leaves the program', () => {
  it('has no secret in progress, nor in an error, its hint, details, stack and causes', async () => {
    const events: ProgressEvent[] = [];
    const error = await shown(redactor, { onProgress: (event) => void events.push(event) }, async ({ onProgress }) => {
      onProgress?.({ type: 'output', step: 'images', text: `token ${SECRET}` });
      onProgress?.({ type: 'step', id: 'a', title: 'A', state: 'done', elapsedMs: 1, note: SECRET });
      throw codedError('CHAT_FAILED', {
        message: `refused ${SECRET}`,
        hint: `try ${SECRET}`,
        details: { body: [SECRET] },
        cause: new Error(`because ${SECRET}`, { cause: SECRET }),
      });
    }).catch((thrown: unknown) => thrown as ReturnType<typeof codedError>);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ id: 'a', state: 'done', elapsedMs: 1 });
    const { cause } = error as { cause: Error };
    const all = [events, error, error instanceof Error && [error.message, error.stack], cause.message, cause.stack];
    expect(JSON.stringify([...all, cause.cause])).not.toContain('hunter2');
    expect(error).toMatchObject({ code: 'CHAT_FAILED', message: 'refused [redacted]', hint: 'try [redacted]' });
  });

  it('is INTERRUPTED where a signal came and nobody said so', async () => {
    const signal = AbortSignal.abort({ signal: 'SIGTERM' });
    const work = async () => signal.throwIfAborted();
    await expect(shown(redactor, { signal }, work)).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'The command was interrupted by SIGTERM.',
      details: { signal: 'SIGTERM' },
    });
    const coded = codedError('PORT_TAKEN');
    await expect(shown(redactor, { signal }, () => Promise.reject(coded))).rejects.toBe(coded);
    await expect(shown(redactor, {}, () => Promise.reject('other'))).rejects.toBe('other');
  });

  it('gives back what is no error, or what cannot be changed, as it is', () => {
    const abort = AbortSignal.abort().reason as Error;
    expect(redactError(redactor, abort)).toBe(abort);
    expect(redactError(redactor, Object.freeze(new Error('x')))).toBeInstanceOf(Error);
    expect(redactError(redactor, undefined)).toBeUndefined();
  });
});
