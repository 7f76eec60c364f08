import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options } from 'execa';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const BIN = join(ROOT, 'packages/cli/bin/nemoclaw');
/** The same program under its other name. */
export const HERMES_BIN = join(ROOT, 'packages/cli/bin/nemohermes');
export const PARENT = process.env.NEMOCLAW_BASE_IMAGE ?? 'nemoclaw-parent:trixie';

export interface Envelope<T> {
  schemaVersion: number;
  status: 'ok' | 'error';
  result: T;
  error: { code: string; message: string; hint?: string; plugin?: string };
  warnings: string[];
}

export interface World {
  home: string;
  env: Record<string, string>;
  run(args: string[], options?: Options): Promise<{ exitCode: number; stdout: string; stderr: string }>;
  /** Runs with `--json` and gives the envelope with the exit code; fails loudly when stdout is no envelope. */
  json<T = unknown>(args: string[], options?: Options): Promise<Envelope<T> & { exitCode: number; stderr: string }>;
  dispose(): Promise<void>;
}

/**
 * A home of its own, in a folder whose name has a space, and the real CLI on it, under either of its names. Tools share
 * the gateway's uid unless the test is about them: a process of their own costs half a gigabyte and up to ten seconds.
 */
export const makeWorld = (extra: Record<string, string> = {}, bin = BIN): World => {
  const folder = mkdtempSync(join(tmpdir(), 'nemoclaw test '));
  const home = join(folder, 'a home');
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(join(home, 'config.json'), JSON.stringify({ image: { parent: PARENT } }), { mode: 0o600 });
  const env = { NEMOCLAW_HOME: home, NO_COLOR: '1', NEMOCLAW_ISOLATION: 'shared', ...extra };
  const run: World['run'] = async (args, options = {}) => {
    const result = await execa(bin, args, {
      reject: false,
      stdin: 'ignore',
      cwd: folder,
      env,
      timeout: 900_000,
      ...options,
    });
    return {
      exitCode: result.exitCode ?? -1,
      stdout: String(result.stdout ?? ''),
      stderr: String(result.stderr ?? ''),
    };
  };
  return {
    home,
    env,
    run,
    async json(args, options) {
      const { exitCode, stdout, stderr } = await run([...args, '--json'], options);
      try {
        return { ...(JSON.parse(stdout) as Envelope<never>), exitCode, stderr };
      } catch {
        throw new Error(
          `nemoclaw ${args.join(' ')} --json printed no envelope (exit ${exitCode}):\n${stdout}\n${stderr}`,
        );
      }
    },
    async dispose() {
      const sandboxes = join(home, 'sandboxes');
      const names = existsSync(sandboxes) ? readdirSync(sandboxes) : [];
      const left: string[] = [];
      for (const name of names) if ((await run(['destroy', name, '--yes', '--json'])).exitCode !== 0) left.push(name);
      if (left.length > 0) throw new Error(`could not destroy ${left.join(', ')}; their home stays: ${home}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
