import type { GpuStrategyContribution, ProbeContext, ProbeContribution, ProbeResult } from '@nemoclaw/plugin-api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallGuard } from './call.ts';
import { guarded } from './guarded.ts';
import type { PluginCall } from './index.ts';

const result: ProbeResult = {
  probe: 'acme',
  status: 'ok',
  code: 'ok',
  layer: 'http',
  summary: 'all well',
  remedy: [],
  evidence: { status: 200 },
  elapsedMs: 3,
};
const context = {} as ProbeContext;
const signal = new AbortController().signal;

const probe = (more: Partial<ProbeContribution>, guards: CallGuard[] = []) =>
  guarded(
    'probe',
    {
      plugin: 'acme@1.2.3',
      contribution: Object.freeze({
        kind: 'probe',
        id: 'acme',
        title: 'Acme',
        when: ['preflight'],
        applies: () => true,
        run: async () => result,
        ...more,
      } satisfies ProbeContribution),
    },
    guards,
  );

afterEach(() => void vi.useRealTimers());

describe('a contribution as core sees it', () => {
  it('keeps its data and answers what it returns', async () => {
    const seen = probe({});
    expect([seen.id, seen.when]).toEqual(['acme', ['preflight']]);
    expect(await seen.applies(context)).toBe(true);
    expect(await seen.run(context, signal)).toEqual(result);
  });

  it('calls methods on the contribution itself', async () => {
    class Strategy {
      readonly kind = 'gpu';
      readonly id = 'acme';
      get title() {
        return 'Acme';
      }
      private readonly words = 'because';
      explain() {
        return this.words;
      }
    }
    const contribution = new Strategy() as unknown as GpuStrategyContribution;
    const seen = guarded('gpu', { plugin: 'acme@1.2.3', contribution }, []);
    expect([await seen.explain(), seen.title]).toEqual(['because', 'Acme']);
  });

  it('names plugin and call when it throws', async () => {
    const broken = probe({
      run: async () => {
        throw new TypeError('x');
      },
    });
    await expect(broken.run(context, signal)).rejects.toMatchObject({
      code: 'PLUGIN_FAILED',
      plugin: 'acme@1.2.3',
      message: expect.stringMatching(/^Plugin acme@1\.2\.3 failed in probe acme, run after .*TypeError: x/),
    });
  });

  it('ends what hangs when its bound is over, and aborts its signal', async () => {
    vi.useFakeTimers();
    let own: AbortSignal | undefined;
    const hanging = probe({
      run: (_context, given) => {
        own = given;
        return new Promise(() => {});
      },
    });
    const ending = expect(hanging.run(context, signal)).rejects.toMatchObject({ code: 'PLUGIN_TIMEOUT' });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(own?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await ending;
    expect(own?.aborted).toBe(true);
  });

  it('passes the caller’s interruption on', async () => {
    const interruption = new AbortController();
    const waiting = probe({
      run: (_context, given) => new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason))),
    });
    const ending = expect(waiting.run(context, interruption.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    interruption.abort();
    await ending;
  });

  it('is watched by the guards', async () => {
    const calls: PluginCall[] = [];
    const guard: CallGuard = {
      enter(call) {
        calls.push(call);
        return { leave: () => {} };
      },
    };
    await probe({}, [guard]).run(context, signal);
    expect(calls).toEqual([{ plugin: 'acme@1.2.3', what: 'probe acme, run', timeoutMs: 60_000 }]);
  });

  it.each([
    ['nothing', undefined],
    ['a status of its own', { ...result, status: 'great' }],
    ['what is no JSON', { ...result, evidence: { big: 1n } }],
  ])('refuses %s as a result, in the plugin’s name', async (_what, nonsense) => {
    await expect(probe({ run: async () => nonsense as never }).run(context, signal)).rejects.toMatchObject({
      code: 'PLUGIN_FAILED',
      plugin: 'acme@1.2.3',
      message: expect.stringContaining('returned something from probe acme, run that it cannot'),
    });
  });

  it('gives a copy without control characters in what people read', async () => {
    const evidence = { status: 200 };
    const given = await probe({ run: async () => ({ ...result, evidence, summary: 'a\u001b[31mb' }) }).run(
      context,
      signal,
    );
    evidence.status = 500;
    expect(given.evidence).toEqual({ status: 200 });
    expect(given.summary).not.toContain('\u001b');
  });
});
