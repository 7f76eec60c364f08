import { AsyncLocalStorage } from 'node:async_hooks';
import { CodedError, type HookContext, type HookName, type HookTypes } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { type CallGuard, callPlugin, formatElapsed, type HookRegistration } from '../plugins/index.ts';
import { oneLine, stripControl } from '../redaction/index.ts';
import { readOutput } from './output.ts';
import { frozenCopy } from './plain-json.ts';

export interface HookOptions {
  /** The user's interruption. */
  signal?: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  /** What a plugin writes with `context.log`, one line without control characters. */
  onLog?: (plugin: string, message: string) => void;
  /** Watches over plugin code; the ones of the whole program where there are some. */
  guards?: readonly CallGuard[];
}

const ownCode = /^[A-Z][A-Z0-9_]{2,63}$/;

/** A plugin's own coded error keeps its code and hint, and says where it comes from. */
const inHook = (error: CodedError, registration: { plugin: string; hook: HookName }, elapsedMs: number): CodedError => {
  const { plugin, hook } = registration;
  if (error.details?.call !== undefined) return error;
  const input = {
    message: `Plugin ${plugin}, hook ${hook}, after ${formatElapsed(elapsedMs)}: ${oneLine(error.message, 2000)}`,
    ...(error.hint === undefined ? {} : { hint: stripControl(String(error.hint)) }),
    details: { ...error.details, call: `hook ${hook}`, elapsedMs: Math.round(elapsedMs) },
    cause: error,
  };
  if (!ownCode.test(error.code)) return codedError('HOOK_FAILED', { ...input, plugin });
  const wrapped = new CodedError(error.code, input);
  wrapped.plugin = plugin;
  return wrapped;
};

/** Calls one hook with a frozen copy of its input, inside its time box, and checks what it returns. */
export const callHook = async <H extends HookName>(
  registration: HookRegistration<H>,
  input: HookTypes[H]['input'],
  options: HookOptions,
): Promise<HookTypes[H]['output']> => {
  const { plugin, hook, timeoutMs } = registration;
  const started = performance.now();
  let over = false;
  // What it logs is shown by the program, outside of the plugin's own context.
  const outside = AsyncLocalStorage.snapshot();
  try {
    const raw = await callPlugin<unknown>(
      {
        plugin,
        what: `hook ${hook}`,
        timeoutMs,
        failedCode: 'HOOK_FAILED',
        timeoutCode: 'HOOK_TIMEOUT',
        ...(options.signal ? { signal: options.signal } : {}),
        ...(options.guards ? { guards: options.guards } : {}),
      },
      async (signal) => {
        const handler = await registration.load();
        // A load that took longer than the time box must not begin the hook itself any more.
        signal.throwIfAborted();
        const context: HookContext = Object.freeze({
          signal,
          env: Object.freeze({ ...options.env }),
          log: (message: string) => {
            if (!over) outside(() => options.onLog?.(plugin, oneLine(String(message), 2000)));
          },
        });
        return handler(frozenCopy(input), context);
      },
    );
    return readOutput(hook, plugin, raw);
  } catch (error) {
    throw inHook(error as CodedError, registration, performance.now() - started);
  } finally {
    over = true;
  }
};
