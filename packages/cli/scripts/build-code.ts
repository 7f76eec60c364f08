import { globSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { DIST, PACKAGE, SRC } from './paths.ts';

const COMMON: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // Error names and class names are part of what is shown and compared.
  keepNames: true,
  outdir: DIST,
  outbase: SRC,
  // Sources of the workspace rather than their builds: the bundle needs no `tsc` before it.
  conditions: ['source'],
  logLevel: 'warning',
};

/** CommonJS packages inside (oclif) call `require`, which an ES module lacks. */
const REQUIRE_BANNER = [
  "import{createRequire as nemoclawRequire}from'node:module';",
  "import{fileURLToPath as nemoclawPath}from'node:url';",
  'const require=nemoclawRequire(import.meta.url),__filename=nemoclawPath(import.meta.url),',
  "__dirname=nemoclawPath(new URL('.',import.meta.url));",
].join('');

/** Bundles that core places into images lie in packages of their own, found by their own address. */
const EXTERNAL = ['@nemoclaw/supervisor', '@nemoclaw/relay', '@nemoclaw/supervisor/*', '@nemoclaw/relay/*'];

/** What oclif loads in every command and needs in few; the real libraries wait until they are called. */
const LATE: Record<string, string> = {
  // Finds commands of plugins without a manifest; ours all have one. 2 ms.
  tinyglobby: "export const glob = async (...args) => (await import('tinyglobby')).glob(...args);",
  // Tells WSL from Linux. 3 ms.
  'wsl-utils': `
    import { mayBeWsl } from '${SRC}/fast/wsl.ts';
    export const isWsl = mayBeWsl() && (await import('wsl-utils')).isWsl;
    export const powerShellPath = async () => (await import('wsl-utils')).powerShellPath();`,
};

const lateLibraries: Plugin = {
  name: 'late-libraries',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^(tinyglobby|wsl-utils)$/ }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => ({
      contents: LATE[path]!,
      resolveDir: await realpath(`${PACKAGE}/node_modules/@oclif/core`),
    }));
  },
};

/**
 * An `import` of a built-in module reads each of its exports once, the lazy ones too: that of node:http loads undici
 * (25 ms). Taken as an object, only what is used is read.
 */
const builtinsAsObjects: Plugin = {
  name: 'builtins-as-objects',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }));
  },
};

/** Everything behind the fast path: each command an entry, what they share in chunks. */
export function appOptions(): BuildOptions {
  const commands = globSync('commands/**/*.ts', { cwd: SRC, exclude: (file) => file.endsWith('.test.ts') });
  return {
    ...COMMON,
    entryPoints: [`${SRC}/app.ts`, `${SRC}/help.ts`, ...commands.map((file) => `${SRC}/${file}`)],
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: REQUIRE_BANNER },
    external: EXTERNAL,
    plugins: [lateLibraries, builtinsAsObjects],
  };
}

export async function buildApp(): Promise<void> {
  await build(appOptions());
}

/** The two bins with the fast path inside: one file each, without the banner, so that nothing else is loaded. */
export function binOptions(): BuildOptions {
  return { ...COMMON, plugins: [builtinsAsObjects], entryPoints: [`${SRC}/bin.ts`, `${SRC}/bin-nemohermes.ts`] };
}

export async function buildBins(): Promise<void> {
  await build(binOptions());
}
