import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { watchInterrupts } from './interrupt.ts';

class Exited extends Error {
  constructor(status: number) {
    super(`exit ${status}`);
  }
}

function fakeProcess() {
  const emitter = new EventEmitter();
  const written: string[] = [];
  const host = Object.assign(emitter, {
    stderr: { write: (text: string) => written.push(text) },
    exit: (status: number): never => {
      throw new Exited(status);
    },
  });
  return { host: host as unknown as NonNullable<Parameters<typeof watchInterrupts>[2]>, emitter, written };
}

describe('watchInterrupts', () => {
  it('aborts at the first signal, with its name as the reason', () => {
    const { host, emitter } = fakeProcess();
    const interrupt = watchInterrupts('nemoclaw', true, host);
    emitter.emit('SIGTERM');
    expect(interrupt.signal.aborted).toBe(true);
    expect(interrupt.signal.reason).toEqual({ signal: 'SIGTERM' });
    expect(interrupt.received()).toBe('SIGTERM');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('ends at once at a second signal: %s → %i', (signal, status) => {
    const { host, emitter, written } = fakeProcess();
    watchInterrupts('nemohermes', true, host);
    emitter.emit('SIGINT');
    expect(() => emitter.emit(signal)).toThrow(new Exited(status));
    expect(written.at(-1)).toContain('nemohermes <name> recover');
  });

  it('says nothing where nothing is undone', () => {
    const { host, emitter, written } = fakeProcess();
    const interrupt = watchInterrupts('nemoclaw', false, host);
    emitter.emit('SIGINT');
    expect(interrupt.signal.aborted).toBe(true);
    expect(written).toEqual([]);
  });

  it('leaves no listener behind', () => {
    const { host, emitter } = fakeProcess();
    watchInterrupts('nemoclaw', true, host).dispose();
    expect(emitter.listenerCount('SIGINT') + emitter.listenerCount('SIGTERM')).toBe(0);
  });
});
