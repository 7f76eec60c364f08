import { AsyncLocalStorage } from 'node:async_hooks';
import type { CodedError } from '@nemoclaw/plugin-api';
import { attribute, type PluginCall } from './attribution.ts';
import type { CallGuard } from './call.ts';

type ErrorEvents = Pick<NodeJS.EventEmitter, 'on' | 'off' | 'listenerCount'>;

interface Running {
  call: PluginCall;
  started: number;
  fail: ((thrown: unknown) => void) | undefined;
}

/**
 * Errors that plugin code lets go: a promise that nobody awaits, a throw in a timer. Node would end the process; here they
 * fail the call that they came from, or become a warning when that call is over. Node tells by the async context whose
 * they are; any other error goes its usual way.
 */
export const createStrayErrorGuard = (options: {
  process: ErrorEvents;
  /** An error of a call that is over. */
  onLate: (error: CodedError) => void;
}): CallGuard & { dispose(): void } => {
  const context = new AsyncLocalStorage<Running>();
  let listening = false;

  const handle =
    (event: 'unhandledRejection' | 'uncaughtException', listener: (thrown: unknown) => void) =>
    (thrown: unknown): void => {
      const running = context.getStore();
      if (running?.fail) {
        running.fail(thrown);
        return;
      }
      if (running) {
        options.onLate(attribute(thrown, running.call, performance.now() - running.started, 'PLUGIN_FAILED'));
        return;
      }
      if (options.process.listenerCount(event) > 1) return;
      // Nobody else listens, so this one is fatal; without us Node reports it as it always does.
      options.process.off(event, listener);
      process.nextTick(() => {
        throw thrown;
      });
    };
  const onRejection: (thrown: unknown) => void = (thrown) => handle('unhandledRejection', onRejection)(thrown);
  const onException: (thrown: unknown) => void = (thrown) => handle('uncaughtException', onException)(thrown);

  return {
    enter: (call, fail) => {
      if (!listening) {
        options.process.on('unhandledRejection', onRejection);
        options.process.on('uncaughtException', onException);
        listening = true;
      }
      const running: Running = { call, started: performance.now(), fail };
      return {
        run: (fn) => context.run(running, fn),
        leave: () => {
          running.fail = undefined;
        },
      };
    },
    dispose: () => {
      options.process.off('unhandledRejection', onRejection);
      options.process.off('uncaughtException', onException);
      listening = false;
    },
  };
};
