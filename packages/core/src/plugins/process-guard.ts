import { AsyncLocalStorage } from 'node:async_hooks';
import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import type { PluginCall } from './attribution.ts';
import type { CallGuard } from './call.ts';

interface HostProcess {
  exit(code?: number | string | null): never;
  stdout: Pick<NodeJS.WriteStream, 'write'>;
}

interface Running {
  call: PluginCall;
  fail: ((thrown: unknown) => void) | undefined;
  lines: number;
}

/** Of one call; a plugin that floods must not bury what the program says. */
const MAX_LINES = 20;

/**
 * What a plugin may not do to the process that it is a guest in. Ending it fails the call instead, since nobody would
 * learn why a command stopped with the plugin's exit code. Its words on stdout, which belongs to results, become lines
 * with its name, and only so many. Whose doing something is tells the async context.
 */
export const createProcessGuard = (options: {
  process: HostProcess;
  /** One line of a plugin's own output; `name@version`. */
  onLine: (plugin: string, text: string) => void;
}): CallGuard & { dispose(): void } => {
  const host = options.process;
  const context = new AsyncLocalStorage<Running>();
  let restore: (() => void) | undefined;

  const say = (running: Running, text: string): void => {
    for (const line of text.split('\n')) {
      if (line.trim() === '' || running.lines > MAX_LINES) continue;
      running.lines += 1;
      const shown = running.lines > MAX_LINES ? '(the rest of its output is left out)' : oneLine(line, 500);
      context.exit(() => options.onLine(running.call.plugin, shown));
    }
  };

  const install = (): (() => void) => {
    const exit = host.exit;
    const write = host.stdout.write;
    host.exit = ((code) => {
      const running = context.getStore();
      if (running === undefined) return exit.call(host, code);
      const { plugin, what } = running.call;
      const error = codedError('PLUGIN_EXITED', {
        message: `Plugin ${plugin} wanted to end the whole program, with exit code ${code ?? 0}, in ${what}.`,
        details: { call: what },
        plugin,
      });
      running.fail?.(error);
      throw error;
    }) as HostProcess['exit'];
    host.stdout.write = ((...args: unknown[]): boolean => {
      const running = context.getStore();
      if (running === undefined) return (write as (...all: unknown[]) => boolean).apply(host.stdout, args);
      const [chunk] = args;
      say(running, typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8'));
      const done = args.at(-1);
      if (typeof done === 'function') process.nextTick(done as () => void);
      return true;
    }) as HostProcess['stdout']['write'];
    return () => {
      host.exit = exit;
      host.stdout.write = write;
    };
  };

  return {
    enter: (call, fail) => {
      restore ??= install();
      const running: Running = { call, fail, lines: 0 };
      return {
        run: (fn) => context.run(running, fn),
        leave: () => {
          running.fail = undefined;
        },
      };
    },
    dispose: () => {
      restore?.();
      restore = undefined;
    },
  };
};
