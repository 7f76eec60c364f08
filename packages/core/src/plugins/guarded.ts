import { type ContributionKind, isCodedError } from '@nemoclaw/plugin-api';
import type { z } from 'zod';
import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import { type CallGuard, callPlugin } from './call.ts';
import { frozenInput } from './frozen-input.ts';
import { OUTPUTS } from './outputs.ts';
import type { ContributionTypes, Loaded } from './types.ts';

/** A contribution as core sees it: the same data, and functions that answer later, within a bound, attributed when they fail. */
export type Guarded<T> = {
  [K in keyof T]: NonNullable<T[K]> extends (...args: infer A) => infer R
    ? ((...args: A) => Promise<Awaited<R>>) | Extract<T[K], undefined>
    : T[K];
};

type FunctionsOf<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends (...args: never[]) => unknown ? K : never;
}[keyof T];
interface Bound {
  timeoutMs: number;
  output?: z.ZodType;
}

/** Decides from what it is given, without I/O. */
const PURE_MS = 10_000;
/** As long as the relay lets one call of the model take; who asks has a signal for less. */
const CHAT_MS = 1_800_000;

const BOUNDS: { [K in ContributionKind]: Record<FunctionsOf<ContributionTypes[K]>, Bound> } = {
  driver: { create: { timeoutMs: PURE_MS } },
  agent: {
    image: { timeoutMs: PURE_MS },
    configure: { timeoutMs: PURE_MS },
    chat: { timeoutMs: CHAT_MS, output: OUTPUTS.chat },
  },
  gpu: {
    detect: { timeoutMs: PURE_MS, output: OUTPUTS.detect },
    prepare: { timeoutMs: PURE_MS },
    candidates: { timeoutMs: PURE_MS, output: OUTPUTS.candidates },
    prove: { timeoutMs: 120_000, output: OUTPUTS.prove },
    explain: { timeoutMs: PURE_MS, output: OUTPUTS.explain },
  },
  probe: {
    applies: { timeoutMs: PURE_MS, output: OUTPUTS.applies },
    run: { timeoutMs: 60_000, output: OUTPUTS.run },
  },
};

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** A copy of plain JSON that fits, so that the plugin cannot change it afterwards. */
const checked = (output: z.ZodType, value: unknown, plugin: string, what: string): unknown => {
  const refuse = (problem: string, cause: unknown) =>
    codedError('PLUGIN_FAILED', {
      message: `Plugin ${plugin} returned something from ${what} that it cannot: ${oneLine(problem)}.`,
      details: { call: what },
      cause,
      plugin,
    });
  try {
    const result = output.safeParse(plain(value));
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw refuse([issue?.path.join('.'), issue?.message].filter(Boolean).join(': '), result.error);
  } catch (error) {
    throw isCodedError(error) ? error : refuse('it is no plain JSON', error);
  }
};

type AnyFunction = (...args: unknown[]) => unknown;

/** Inputs are frozen copies. A signal that is the last argument becomes the call's own, which also aborts when the bound is over. */
export const guarded = <K extends ContributionKind>(
  kind: K,
  { plugin, contribution }: Loaded<K>,
  guards: readonly CallGuard[],
): Guarded<ContributionTypes[K]> => {
  const offered = Object.entries<Bound>(BOUNDS[kind]).filter(
    ([name]) => typeof (contribution as unknown as Record<string, unknown>)[name] === 'function',
  );
  const calls = offered.map(([name, { timeoutMs, output }]) => {
    const what = `${kind} ${contribution.id}, ${name}`;
    const call = async (...args: unknown[]): Promise<unknown> => {
      const last = args.at(-1);
      const signal = last instanceof AbortSignal ? last : undefined;
      const input = args.map(frozenInput);
      const returned = await callPlugin({ plugin, what, timeoutMs, guards, ...(signal ? { signal } : {}) }, (own) =>
        (contribution as unknown as Record<string, AnyFunction>)[name]?.(...(signal ? input.with(-1, own) : input)),
      );
      return output ? checked(output, returned, plugin, what) : returned;
    };
    return [name, { value: call, enumerable: true }] as const;
  });
  // On top of the contribution, which may be frozen, and whose other fields may be getters.
  return Object.create(contribution, Object.fromEntries(calls)) as Guarded<ContributionTypes[K]>;
};
