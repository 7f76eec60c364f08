import type { CallOptions, Nemoclaw, ProviderRecord } from '@nemoclaw/core';
import { chooseRenderer } from '../progress/renderer.ts';
import { builtinPlugins } from './builtin-plugins.ts';
import { dataHome } from './home.ts';
import { watchInterrupts } from './interrupt.ts';

export interface SessionOptions {
  bin: string;
  version: string;
  /** Folder of files made at build. */
  generated: URL;
  /** Ids and aliases of all commands. */
  commands: readonly string[];
  /** No progress; only results and errors. */
  quiet: boolean;
  /** Whether the command changes a sandbox, so that an interruption has something to undo. */
  changes: boolean;
}

/** The program below the command line, for the length of one command. */
export interface Session {
  nemoclaw: Nemoclaw;
  /** Places where a model may be, as records. */
  providers: readonly ProviderRecord[];
  /** To be handed to every call: the abort signal and where progress goes. */
  call: Required<CallOptions>;
  interruptedBy(): 'SIGINT' | 'SIGTERM' | undefined;
  /** Ends the progress display. */
  close(): Promise<void>;
}

/** Loads the core only now: help, usage errors and the fast path never pay for it. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const interrupt = watchInterrupts(options.bin, options.changes);
  const { createNemoclaw, PROVIDERS } = await import('@nemoclaw/core');
  const nemoclaw = await createNemoclaw({
    home: dataHome(process.env),
    env: process.env,
    program: options.bin,
    version: options.version,
    builtinPlugins: builtinPlugins(options.generated),
    commands: options.commands,
    onPluginLine: (plugin, text) => progress.onProgress({ type: 'note', level: 'warn', text: `${plugin}: ${text}` }),
  });
  const progress = await chooseRenderer(process.stderr, options.quiet);
  return {
    nemoclaw,
    providers: PROVIDERS,
    call: { signal: interrupt.signal, onProgress: progress.onProgress },
    interruptedBy: interrupt.received,
    close: async () => {
      await nemoclaw.close();
      await progress.close();
      interrupt.dispose();
    },
  };
}
