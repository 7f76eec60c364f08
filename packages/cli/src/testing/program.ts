import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxRecord } from '@nemoclaw/core';

export const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export interface Home {
  path: string;
  /** Writes what `onboard` would leave: a record and an ownership journal. */
  add(record: SandboxRecord): void;
  /** Any text as a record. */
  addRaw(name: string, text: string): void;
  [Symbol.dispose](): void;
}

/** A home of its own, with spaces in its path. */
export function throwAwayHome(): Home {
  const path = join(mkdtempSync(join(tmpdir(), 'nemoclaw cli ')), 'a home');
  const addRaw = (name: string, text: string): void => {
    const folder = join(path, 'sandboxes', name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'sandbox.json'), text, { mode: 0o600 });
  };
  return {
    path,
    addRaw,
    add: (record) => {
      addRaw(record.name, JSON.stringify(record));
      const ownership = {
        version: 1,
        sandboxId: record.sandboxId,
        name: record.name,
        authoritative: null,
        retired: [],
        creating: null,
        intent: null,
        resources: { relay: null, forward: null, network: null, volumes: [] },
      };
      writeFileSync(join(path, 'sandboxes', record.name, 'ownership.json'), JSON.stringify(ownership), { mode: 0o600 });
    },
    [Symbol.dispose]: () => rmSync(join(path, '..'), { recursive: true, force: true }),
  };
}

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  home: Home;
  bin?: 'nemoclaw' | 'nemohermes';
  env?: Record<string, string>;
  input?: string;
  /** Arguments for Node, before the program. */
  nodeArgs?: string[];
}

/** Runs the built program as a child, with no variable of ours from outside. */
export function runProgram(args: readonly string[], options: RunOptions): Ran {
  const entry = options.bin === 'nemohermes' ? 'bin-nemohermes.js' : 'bin.js';
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(NEMO|NODE_|FORCE_COLOR|OCLIF|VITEST)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    NEMOCLAW_HOME: options.home.path,
    NEMOCLAW_CACHE_DIR: join(options.home.path, '..', 'cache'),
    ...options.env,
  };
  const command = [...(options.nodeArgs ?? []), join(PACKAGE, 'dist', entry), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    env,
    encoding: 'utf8',
    input: options.input ?? '',
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}
