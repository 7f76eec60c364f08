import { CodedError } from '@nemoclaw/plugin-api';
import { describe, expect, it, vi } from 'vitest';
import { type CallWatch, callPlugin, type PluginCallOptions } from './call.ts';

const base: PluginCallOptions = { plugin: 'acme@1.2.3', what: 'probe x', timeoutMs: 5000, graceMs: 20 };
const failure = async (promise: Promise<unknown>): Promise<CodedError> =>
  promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error) => error,
  );
const never = new Promise<never>(() => undefined);

describe('a call of plugin code', () => {
  it('gives back what the plugin returns, at once or later', async () => {
    expect(await callPlugin(base, () => 1)).toBe(1);
    expect(await callPlugin(base, async () => 2)).toBe(2);
  });

  it('leaves the signal of a call that went well alone', async () => {
    let seen: AbortSignal | undefined;
    await callPlugin(base, (signal) => {
      seen = signal;
    });
    expect(seen?.aborted).toBe(false);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('x is not a function.');
      },
      /^Plugin acme@1\.2\.3 failed in probe x after \d+ ms: TypeError: x is not a function\. Likely cause: a fault in its code at .*call\.test\.ts:\d+\.$/,
    ],
    [
      'rejects',
      async () => {
        throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      },
      /Likely cause: a service that it needs does not run\./,
    ],
    [
      'throws no Error',
      () => {
        throw 'a string';
      },
      /a string\. Likely cause: it threw something that is not an Error\./,
    ],
    [
      'throws something that cannot be shown',
      () => {
        throw Object.create(null);
      },
      /something that cannot be shown/,
    ],
    [
      'throws control characters',
      () => {
        throw new Error('\x1b[2Jgone\nfor ever');
      },
      /Error: gone for ever\./,
    ],
  ])('names plugin, call, time and likely cause when it %s', async (_name, fn, message) => {
    const error = await failure(callPlugin(base, fn));
    expect(error).toMatchObject({
      code: 'PLUGIN_FAILED',
      plugin: 'acme@1.2.3',
      details: { call: 'probe x', elapsedMs: expect.any(Number) },
    });
    expect(error.message).toMatch(message);
  });

  it("keeps a plugin's own coded error, and adds whose it is", async () => {
    const own = new CodedError('ACME_LICENCE', { message: 'no licence', hint: 'buy one' });
    const error = await failure(
      callPlugin(base, () => {
        throw own;
      }),
    );
    expect(error).toBe(own);
    expect(error.plugin).toBe('acme@1.2.3');
  });

  it('uses the codes that it is given', async () => {
    const options: PluginCallOptions = {
      ...base,
      timeoutMs: 5,
      failedCode: 'HOOK_FAILED',
      timeoutCode: 'HOOK_TIMEOUT',
    };
    expect(await failure(callPlugin(options, () => never))).toMatchObject({ code: 'HOOK_TIMEOUT' });
    expect(
      await failure(
        callPlugin({ ...options, timeoutMs: 5000 }, () => {
          throw new Error('x');
        }),
      ),
    ).toMatchObject({ code: 'HOOK_FAILED' });
  });
});

describe('a call that does not end', () => {
  it('is given up after its bound, with its signal aborted', async () => {
    let reason: unknown;
    const error = await failure(
      callPlugin({ ...base, timeoutMs: 10 }, (signal) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return never;
      }),
    );
    expect(error).toMatchObject({ code: 'PLUGIN_TIMEOUT', plugin: 'acme@1.2.3' });
    expect(error.message).toMatch(/did not finish probe x within 10 ms\. Likely cause: it waits for something/);
    expect(reason).toBe(error);
  });

  it('may tidy up after its signal, and nothing that it then returns or throws counts', async () => {
    const tidied = vi.fn();
    const slow = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          tidied();
          reject(new Error('late'));
        });
      });
    expect(await failure(callPlugin({ ...base, timeoutMs: 10, graceMs: 60_000 }, slow))).toMatchObject({
      code: 'PLUGIN_TIMEOUT',
    });
    expect(tidied).toHaveBeenCalledOnce();
  });

  it('is given up when the user interrupts', async () => {
    const user = new AbortController();
    const call = failure(callPlugin({ ...base, signal: user.signal }, () => never));
    user.abort(new Error('SIGINT'));
    expect(await call).toMatchObject({ code: 'INTERRUPTED', plugin: 'acme@1.2.3', cause: user.signal.reason });
  });

  it('is not begun when the user has interrupted already', async () => {
    const fn = vi.fn();
    expect(await failure(callPlugin({ ...base, signal: AbortSignal.abort() }, fn))).toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('guards', () => {
  const guard = () => {
    const events: string[] = [];
    let fail: (thrown: unknown) => void = () => undefined;
    const watch: CallWatch = {
      run: (fn) => {
        events.push('run');
        return fn();
      },
      leave: (outcome) => events.push(outcome),
    };
    return {
      events,
      fail: (thrown: unknown) => fail(thrown),
      enter: (_call: unknown, onFail: typeof fail) => {
        fail = onFail;
        events.push('enter');
        return watch;
      },
    };
  };

  it('surround every call, also one that fails', async () => {
    const one = guard();
    await callPlugin({ ...base, guards: [one] }, () => 1);
    await failure(
      callPlugin({ ...base, guards: [one] }, () => {
        throw new Error('x');
      }),
    );
    expect(one.events).toEqual(['enter', 'run', 'settled', 'enter', 'run', 'settled']);
  });

  it('are told when code was left behind that may still run', async () => {
    const one = guard();
    await failure(callPlugin({ ...base, timeoutMs: 5, guards: [one] }, () => never));
    expect(one.events.at(-1)).toBe('abandoned');
  });

  it('can fail the call', async () => {
    const one = guard();
    const call = failure(callPlugin({ ...base, guards: [guard(), one] }, () => never));
    one.fail(new Error('stray'));
    expect((await call).message).toContain('stray');
  });
});
