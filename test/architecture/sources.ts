import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

export interface Source {
  /** From the repository's root, `packages/core/src/index.ts`. */
  path: string;
  /** Folder of its package, `packages/core`. */
  folder: string;
  text: string;
  isTest: boolean;
}

const TEST_FILE = /\.(test|itest|fixture)\.ts$|\/(fixtures|testing)\//;

/** Texts of packages that others will own: their rules are not the workspace's. */
const TEMPLATES = 'packages/core/src/plugin-scaffold/templates/';

/** All TypeScript of packages and plugins, tests and their fixtures marked. */
export function workspaceSources(): Source[] {
  return globSync('{packages,plugins}/*/src/**/*.ts', { cwd: ROOT })
    .filter((path) => !path.startsWith(TEMPLATES))
    .sort()
    .map((path) => ({
      path,
      folder: path.split('/').slice(0, 2).join('/'),
      text: readFileSync(join(ROOT, path), 'utf8'),
      isTest: TEST_FILE.test(path),
    }));
}

/** The same without tests, comments blanked out so that a word in an explanation is no use of it. */
export function productSources(): Source[] {
  return workspaceSources()
    .filter(({ isTest }) => !isTest)
    .map((source) => ({ ...source, text: withoutComments(source.text) }));
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+|\brequire\(\s*)['"]([^'"\n]+)['"]/gm;

/** Specifiers of all imports, static, dynamic and type-only. */
export function importsOf(source: Source): string[] {
  return [...withoutComments(source.text).matchAll(IMPORT)].map((match) => match[1]!);
}

/** `@scope/name` or `name` of a bare specifier; nothing for relative, built-in and computed ones. */
export function packageName(specifier: string): string | undefined {
  if (/^[./]|^node:|\$\{/.test(specifier)) return undefined;
  return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
}

/** Where a relative import leads, from the repository's root. */
export function resolveRelative(source: Source, specifier: string): string {
  return join(dirname(source.path), specifier);
}

export interface WorkspacePackage {
  folder: string;
  name: string;
  json: {
    name: string;
    exports?: Record<string, unknown>;
    nemoclaw?: { contributes?: Record<string, { id: string }[]> };
  };
}

export function workspacePackages(): WorkspacePackage[] {
  return globSync('{packages,plugins}/*/package.json', { cwd: ROOT }).map((path) => {
    const json = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as WorkspacePackage['json'];
    return { folder: dirname(path), name: json.name, json };
  });
}
