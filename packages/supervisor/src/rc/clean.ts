import { join } from 'node:path';
import { PATHS, type RunAs } from '@nemoclaw/plugin-api';
import { DECIDED_VARIABLES, type Environment } from '../launcher/environment.ts';
import { runBounded } from '../launcher/run.ts';
import { withoutOverrides } from './overrides.ts';
import { rewriteOwnFile } from './rewrite.ts';

/** What login shells and interactive ones read. */
const RC_FILES = ['.profile', '.bash_profile', '.bash_login', '.bashrc'];
const CLEAN_MS = 10_000;

/** As the owner of the home, in a program of its own (`supervisor clean-rc`): a line for each file that is not as before. */
export const cleanHome = (home: string, uid: number, say: (line: string) => void): void => {
  for (const name of RC_FILES) {
    const path = join(home, name);
    const removed: string[] = [];
    const change = (text: string): string => {
      const clean = withoutOverrides(text, DECIDED_VARIABLES);
      removed.push(...clean.removed);
      return clean.text;
    };
    const { outcome, ...rest } = rewriteOwnFile(path, change, uid);
    if (outcome === 'rewritten') say(`took ${[...new Set(removed)].join(', ')} out of ${path}`);
    if ('why' in rest) say(`[SECURITY] ${path} is left as it is: ${rest.why}`);
  }
};

/** Both homes, each by a child of its own uid: root has no right to look past file modes here. Nothing that goes wrong stops a start. */
export const cleanRcFiles = async (
  context: { groups: readonly number[]; env(as: RunAs): Environment },
  log: (message: string) => void,
): Promise<void> => {
  const clean = async (as: RunAs): Promise<void> => {
    const request = { as, argv: [PATHS.node, PATHS.supervisor, 'clean-rc'], timeoutMs: CLEAN_MS };
    const reply = await runBounded(request, {
      groups: context.groups,
      env: context.env(as),
      gateway: async () => undefined,
    });
    if (reply.outcome !== 'exited' || reply.exitCode !== 0)
      log(`[SECURITY] the rc files of ${as} were not looked at: ${reply.outcome}`);
    // What the files' owner says is shown, a line each; it can't be longer than what a program may print.
    if (reply.outcome === 'exited') for (const line of reply.stdout.split('\n')) if (line !== '') log(`${as}: ${line}`);
  };
  await Promise.all((['gateway', 'tools'] as const).map((as) => clean(as).catch((error: Error) => log(error.message))));
};
