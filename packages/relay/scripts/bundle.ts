import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

await build({
  entryPoints: [here('src/main.ts')],
  outfile: here('dist/relay.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The workspace's own packages from source: the bundle needs no build before it.
  conditions: ['source'],
  // undici is CommonJS and asks for Node's own modules at run time.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  legalComments: 'eof',
  logLevel: 'warning',
});
