import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContributionKind, HookName } from '@nemoclaw/plugin-api';
import type { PluginFault } from '../api/nemoclaw.ts';
import { CATALOGUE, type ErrorCode } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import { likelyCause } from './attribution.ts';
import { wrongExport } from './contribution-shape.ts';
import { TRIAL_PROGRAM } from './trial-program.ts';

/** A module to be tried. */
export type Trial = { module: string } & ({ kind: ContributionKind; id: string } | { hook: HookName });

const TRIAL_MS = 10_000;

interface Answer {
  exit?: number;
  exported?: unknown;
  error?: { name?: string; message?: string; code?: string; stack?: string; thrown?: string };
}

const run = (module: string, env: Readonly<Record<string, string | undefined>>): Promise<Answer | 'silent' | 'late'> =>
  new Promise((resolve) => {
    const args = ['--input-type=module', '-e', TRIAL_PROGRAM, pathToFileURL(module).href];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { PATH: env.PATH, HOME: env.HOME },
    });
    let text = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8').slice(0, 1_000_000 - text.length);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('late');
    }, TRIAL_MS);
    child.on('error', () => resolve('silent'));
    child.on('close', () => {
      clearTimeout(timer);
      try {
        resolve(JSON.parse(text) as Answer);
      } catch {
        resolve('silent');
      }
    });
  });

const revived = (value: unknown): unknown => {
  const isMark = (item: unknown): boolean => (item as { $function?: unknown } | null)?.$function === true;
  const back = (item: unknown): unknown => (isMark(item) ? () => undefined : item);
  if (typeof value !== 'object' || value === null || isMark(value)) return back(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, back(item)]));
};

const thrown = (error: NonNullable<Answer['error']>): unknown => {
  if (error.thrown !== undefined) return error.thrown;
  return Object.assign(new Error(error.message), { name: error.name, code: error.code, stack: error.stack });
};

/** Imports a module in a process of its own and says what is wrong with it, or nothing. */
export const tryModule = async (
  plugin: string,
  trial: Trial,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PluginFault | undefined> => {
  const what = `the import of ${basename(trial.module)}`;
  const fault = (code: ErrorCode, problem: string): PluginFault => ({
    code,
    message: `Plugin ${plugin} in ${what}: ${oneLine(problem)}`,
    fix: CATALOGUE[code].hint,
  });
  const answer = await run(trial.module, env);
  if (answer === 'late') return fault('PLUGIN_IMPORT_FAILED', `it did not finish within ${TRIAL_MS / 1000} s.`);
  if (answer === 'silent') return fault('PLUGIN_IMPORT_FAILED', 'it ended the process without a word.');
  if (answer.exit !== undefined)
    return fault('PLUGIN_EXITED', `it ends the process that imports it, with exit code ${answer.exit}.`);
  if (answer.error) {
    const error = thrown(answer.error);
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return fault('PLUGIN_IMPORT_FAILED', `${said.replace(/\.$/, '')}. Likely cause: ${likelyCause(error)}.`);
  }
  const exported = revived(answer.exported);
  const problem =
    'hook' in trial
      ? typeof exported === 'function'
        ? undefined
        : `the default export of a ${trial.hook} hook must be a function`
      : wrongExport(exported, trial.kind, trial.id);
  return problem === undefined ? undefined : fault('PLUGIN_WRONG_EXPORT', `${problem}.`);
};
