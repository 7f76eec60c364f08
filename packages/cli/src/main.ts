import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import type { runApp } from './app.ts';
import { runFast } from './fast/run.ts';
import type { Program } from './program.ts';
import { cacheHome } from './runtime/home.ts';

/**
 * Both bins. The fast path answers hot commands from files; everything else, and whatever is unusual, goes through
 * oclif. Nothing here may import oclif, zod or the core: a test pins the modules.
 */
export async function main(program: Program): Promise<void> {
  const argv = process.argv.slice(2);
  // A reader that went away (`nemoclaw list | head -1`) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });

  const answer = await runFast({ argv, program, env: process.env, now: new Date() });
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }

  // A folder of our own: Node's default is in the shared temporary folder.
  enableCompileCache(join(cacheHome(process.env), 'compile'));
  // A computed address keeps the bundler from pulling the rest into this file.
  const app: { runApp: typeof runApp } = await import(new URL('./app.js', import.meta.url).href);
  process.exit(await app.runApp(program, argv));
}
