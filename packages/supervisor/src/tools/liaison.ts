import type { ToolsAdmission, ToolsCheck, ToolsHost } from '@nemoclaw/plugin-api';
import type { Environment } from '../launcher/environment.ts';
import { runBounded } from '../launcher/run.ts';

interface LiaisonContext {
  groups: readonly number[];
  env: Environment;
}

const MAX_ARGS = 16;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The last line of what it printed, as JSON; throws with what it complained about. */
const askLiaison = async (
  { command, timeoutMs }: NonNullable<ToolsHost['liaison']>,
  question: readonly string[],
  { groups, env }: LiaisonContext,
): Promise<Record<string, unknown>> => {
  const request = { as: 'gateway' as const, argv: [...command, ...question], timeoutMs };
  const reply = await runBounded(request, { groups, env, gateway: async () => undefined });
  if (reply.outcome === 'not_run') throw new Error(`the liaison was not run: ${reply.message}`);
  if (reply.outcome === 'timed_out') throw new Error(`the liaison did not answer within ${timeoutMs} ms`);
  const why = reply.stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  if (reply.exitCode !== 0) throw new Error(`the liaison ended with ${reply.exitCode}: ${why}`);
  const value: unknown = JSON.parse(reply.stdout.trim().split('\n').at(-1) ?? '');
  if (!isObject(value)) throw new Error('the liaison did not answer with an object');
  return value;
};

export const checkWithLiaison = async (
  liaison: NonNullable<ToolsHost['liaison']>,
  context: LiaisonContext,
): Promise<ToolsCheck> => {
  const { ready, detail } = await askLiaison(liaison, ['check'], context);
  return { ready: ready === true, detail: typeof detail === 'string' ? detail.slice(0, 300) : '' };
};

/** `anew` when what was admitted before did not lead to a process that is ready. */
export const admitWithLiaison = async (
  liaison: NonNullable<ToolsHost['liaison']>,
  anew: boolean,
  context: LiaisonContext,
): Promise<ToolsAdmission> => {
  const { args } = await askLiaison(liaison, ['admit', ...(anew ? ['--anew'] : [])], context);
  const good =
    Array.isArray(args) &&
    args.length <= MAX_ARGS &&
    args.every((arg) => typeof arg === 'string' && !arg.includes('\0'));
  if (!good) throw new Error('the liaison’s admission is not a list of arguments');
  return { args: args as string[] };
};
