import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One file without dependencies: it is the last layer of every sandbox image, and its hash is part of the image's address. */
await build({
  entryPoints: [here('../src/main.ts')],
  outfile: here('../dist/supervisor.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  conditions: ['source'],
  absWorkingDir: here('..'),
  legalComments: 'none',
  logLevel: 'warning',
});
