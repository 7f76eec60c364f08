import { join } from 'node:path';
import { execa } from 'execa';
import { say } from './progress.ts';
import { ROOT } from './setup.ts';
import { SetupError } from './setup-error.ts';

const BIN = join(ROOT, 'packages/cli/bin/nemoclaw');

/** Runs one command of the product, as a user would, shown as they would type it. */
export const show = async (args: string[], signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  say(`$ npx nemoclaw ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  // Of its own group: one Ctrl+C must reach it once, as ours, since a second one means "at once" to it.
  const child = execa(BIN, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: ROOT,
    reject: false,
    detached: true,
  });
  const forward = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', forward, { once: true });
  process.once('exit', forward);
  const { exitCode } = await child;
  signal.removeEventListener('abort', forward);
  process.off('exit', forward);
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new SetupError(`\`nemoclaw ${args.join(' ')}\` ended with ${exitCode}; what to do stands above.`);
};

/** Names of the sandboxes that are recorded. */
export const sandboxes = async (): Promise<string[]> => {
  const { stdout, stderr, exitCode } = await execa(BIN, ['list', '--json'], { reject: false, cwd: ROOT });
  if (exitCode !== 0) throw new SetupError(`\`nemoclaw list\` ended with ${exitCode}.\n${stdout}${stderr}`);
  return (JSON.parse(stdout) as { result: { sandboxes: { name: string }[] } }).result.sandboxes.map(({ name }) => name);
};
