import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What stands in for the driver's library: `cuInit` gives the code, or ends the process. */
export type CuInit = number | 'abort';

/** Needs nothing from any C library, so that it loads in every image of its architecture. */
export const shimSource = (cuInit: CuInit): string => `
int cuInit(unsigned int flags) { (void)flags; ${cuInit === 'abort' ? '__builtin_trap();' : `return ${cuInit};`} }
int cuDriverGetVersion(int *version) { *version = 12040; return 0; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
`;

const COMPILER_ARGUMENTS = ['-shared', '-fPIC', '-O1', '-nostdlib', '-Wl,-soname,libcuda.so.1', '-x', 'c'];

/** Where a shim may be compiled when the host has no compiler: gets the arguments and the source, gives the library. */
export type Compile = (source: string, argumentsOfCc: string[]) => Promise<Uint8Array>;

/**
 * Compiles the shim to `path`: with the host's `cc` where there is one, else with `compileElsewhere`.
 * @throws when neither is there.
 */
export async function buildShim(path: string, cuInit: CuInit, compileElsewhere?: Compile): Promise<void> {
  const source = shimSource(cuInit);
  const sourcePath = `${path}.c`;
  await writeFile(sourcePath, source);
  try {
    await promisify(execFile)('cc', [...COMPILER_ARGUMENTS, '-o', path, sourcePath]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    if (!compileElsewhere)
      throw new Error('a libcuda shim needs a C compiler: install gcc, or pass `compile`', { cause: error });
    await writeFile(path, await compileElsewhere(source, [...COMPILER_ARGUMENTS, '-o', '/dev/stdout', '-']));
  }
}
