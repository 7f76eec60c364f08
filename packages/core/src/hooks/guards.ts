import type { CodedError } from '@nemoclaw/plugin-api';
import { type CallGuard, createProcessGuard, createStrayErrorGuard } from '../plugins/index.ts';
import type { HookOptions } from './call-hook.ts';
import { createWatchdog, type WatchdogOptions } from './watchdog.ts';

export interface PluginGuards {
  guards: readonly CallGuard[];
  dispose(): Promise<void>;
}

/**
 * Both guards of plugin code. Cheap until the first call: only then a thread starts. Best made once for a whole command,
 * since what a plugin left running can still block or throw after its call.
 */
export const createPluginGuards = (
  options: WatchdogOptions & {
    onLate: (plugin: string, message: string) => void;
    /** What a plugin writes to stdout, line by line; `onLate` without. */
    onLine?: (plugin: string, text: string) => void;
    /** An error of a call that is over. */
    onFault?: (error: CodedError) => void;
  },
): PluginGuards => {
  const watchdog = createWatchdog(options);
  const stray = createStrayErrorGuard({
    process,
    onLate: (error) => {
      options.onFault?.(error);
      options.onLate(error.plugin ?? 'a plugin', error.message);
    },
  });
  const guest = createProcessGuard({ process, onLine: options.onLine ?? options.onLate });
  return {
    guards: [watchdog, stray, guest],
    dispose: async () => {
      guest.dispose();
      stray.dispose();
      await watchdog.dispose();
    },
  };
};

/** Runs hooks under the caller's guards, or under guards of their own for as long as they run. */
export const withGuards = async <T>(
  hooks: readonly unknown[],
  options: HookOptions,
  run: (options: HookOptions) => Promise<T>,
): Promise<T> => {
  if (options.guards || hooks.length === 0) return run(options);
  const own = createPluginGuards({
    program: 'nemoclaw',
    onLate: (plugin, message) => options.onLog?.(plugin, message),
  });
  try {
    return await run({ ...options, guards: own.guards });
  } finally {
    await own.dispose();
  }
};
