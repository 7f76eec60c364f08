import { execFile } from 'node:child_process';
import { z } from 'zod';
import { codedError } from '../errors/index.ts';
import { interrupted } from '../operations/signals.ts';
import { oneLine } from '../redaction/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface NpmOptions {
  env: Env;
  cwd: string;
  signal?: AbortSignal;
}

/** What a registry says of one version of a package: its package.json and where its tarball is. */
export interface RegistryDocument {
  name: string;
  version: string;
  document: Record<string, unknown>;
  tarball: string;
  integrity: string;
}

const LOOK_MS = 60_000;
const INSTALL_MS = 300_000;
const MAX_OUTPUT = 16 * 1024 * 1024;
/** Whatever an npmrc says: no scripts of packages, no links into the user's folders, no words about money. */
const ALWAYS = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--no-bin-links',
  '--loglevel=error',
];

const known = (stderr: string, args: readonly string[]) => {
  const spec = args.at(-1) ?? '';
  const said = oneLine(stderr.replace(/^npm (?:error|warn)\s?/gim, ''), 600);
  if (/\bE404\b|\bETARGET\b|No match(?:ing version)? found/i.test(stderr))
    return codedError('PLUGIN_PACKAGE_NOT_FOUND', { message: `The registry has no ${spec}.`, details: { npm: said } });
  if (/\bEINTEGRITY\b/.test(stderr))
    return codedError('PLUGIN_INTEGRITY_MISMATCH', {
      message: `What was downloaded for ${spec} is not what the registry promised: ${said}`,
    });
  return codedError('PLUGIN_REGISTRY_FAILED', { message: `npm failed for ${spec}: ${said}` });
};

const npm = (args: string[], timeout: number, { env, cwd, signal }: NpmOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...env, NO_COLOR: '1' },
      timeout,
      maxBuffer: MAX_OUTPUT,
      ...(signal ? { signal } : {}),
    };
    execFile('npm', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (signal?.aborted) return reject(interrupted('npm', signal));
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return reject(codedError('NPM_MISSING', { cause: error }));
      if (error.killed) {
        const message = `npm gave no answer within ${timeout / 1000} s.`;
        return reject(codedError('PLUGIN_REGISTRY_FAILED', { message, cause: error }));
      }
      reject(known(`${stderr}\n${stdout}`, args));
    });
  });

const registryDocument = z.looseObject({
  name: z.string(),
  version: z.string(),
  dist: z.looseObject({ tarball: z.string().max(2000), integrity: z.string().max(300) }),
});

const parsed = (stdout: string): unknown => {
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw codedError('PLUGIN_REGISTRY_FAILED', { message: 'npm answered with something that is not JSON.', cause });
  }
};

/** Asks the registry that npm is set to; nothing is written. A range that fits several takes the newest of them. */
export const npmView = async (spec: string, options: NpmOptions): Promise<RegistryDocument> => {
  const value = parsed(await npm(['view', '--json', ...ALWAYS, spec], LOOK_MS, options));
  const result = registryDocument.safeParse(Array.isArray(value) ? value.at(-1) : value);
  if (!result.success)
    throw codedError('PLUGIN_REGISTRY_FAILED', {
      message: `The registry says too little of ${spec}.`,
      cause: result.error,
    });
  const { name, version, dist } = result.data;
  return { name, version, document: result.data, tarball: dist.tarball, integrity: dist.integrity };
};

/** Into `cwd`, which holds nothing but an empty package.json. */
export const npmInstall = async (spec: string, options: NpmOptions): Promise<void> => {
  await npm(['install', ...ALWAYS, '--save-exact', '--omit=dev', '--install-links', spec], INSTALL_MS, options);
};
