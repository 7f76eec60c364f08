import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { buildShim, type Compile, type CuInit } from './libcuda-shim.ts';
import { cdiSpec } from './spec.ts';
import { waitFor } from './wait-for.ts';

export interface CdiFixtureOptions {
  /** Folder that the engine reads specifications from, one of its `CDISpecDirs`; made, and removed again, if missing. */
  specDir: string;
  /** What the engine knows now, e.g. `async () => (await driver.hostFacts()).cdiDevices`. */
  listDevices: () => Promise<string[]>;
  /** Default `nvidia.com/gpu`. */
  kind?: string;
  /**
   * Default `0` and `all`, as on a real host. Two specifications of one device make it unusable for both: tests that
   * may run beside others take names of their own.
   */
  devices?: string[];
  /** Paths in the container of the nodes that a device brings. Default `/dev/nvidia0` and `/dev/nvidiactl`. */
  nodes?: string[];
  /** What `cuInit` of the library in the container gives; absent mounts no library. */
  cuInit?: CuInit;
  compile?: Compile;
  /** Way of being broken: a node that the host lacks, or a hook that exits 1. */
  broken?: 'missing-node' | 'failing-hook';
  /** How long the engine may take to notice. */
  boundMs?: number;
}

export interface CdiFixture {
  /** Full names, e.g. `nvidia.com/gpu=0`. */
  devices: string[];
  specPath: string;
  /** Takes the specification and its files away, and waits until the engine has forgotten the devices. */
  dispose(): Promise<void>;
}

const NODES = ['/dev/nvidia0', '/dev/nvidiactl'];

/**
 * A GPU without a GPU: device nodes that are really /dev/null, a CDI specification that injects them, and a stand-in for
 * the driver's library. Needs root, for `mknod` and the specification folder, and an engine on this very host.
 */
export async function createCdiFixture(options: CdiFixtureOptions): Promise<CdiFixture> {
  const { specDir, listDevices, kind = 'nvidia.com/gpu', devices = ['0', 'all'], boundMs = 10_000 } = options;
  const names = devices.map((device) => `${kind}=${device}`);
  const firstMade = await mkdir(specDir, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'nemoclaw-test-cdi-'));
  const specPath = join(specDir, `nemoclaw-test-${randomBytes(4).toString('hex')}.json`);

  const dispose = async (): Promise<void> => {
    await rm(specPath, { force: true });
    await rm(folder, { recursive: true, force: true });
    await waitFor(
      `the engine to forget ${names.join(', ')}`,
      async () => {
        const listed = await listDevices();
        return !names.some((name) => listed.includes(name));
      },
      boundMs,
    );
    // Only what was made here, and only while it is empty: another fixture may live in it by now.
    if (firstMade !== undefined) await rmdir(specDir).catch(() => undefined);
  };

  try {
    // Engine and container look into it as other users than the one who runs the test.
    await chmod(folder, 0o755);
    const nodes: Record<string, string> = {};
    for (const [index, node] of (options.nodes ?? NODES).entries()) {
      nodes[node] = join(folder, `${index}-${basename(node)}`);
      if (options.broken !== 'missing-node') await makeNullDevice(nodes[node]);
    }
    const mounts: Record<string, string> = {};
    if (options.cuInit !== undefined) {
      const library = join(folder, 'libcuda.so.1');
      await buildShim(library, options.cuInit, options.compile);
      await chmod(library, 0o755);
      mounts['/usr/lib/libcuda.so.1'] = library;
    }
    const spec = cdiSpec({
      kind,
      devices,
      nodes,
      mounts,
      ...(options.broken === 'failing-hook' ? { createHook: '/bin/false' } : {}),
    });
    // Beside its place first: the engine reads a folder's *.json whenever it changes, half written ones too.
    await writeFile(`${specPath}.new`, spec, { mode: 0o644 });
    await rename(`${specPath}.new`, specPath);
    await waitFor(
      `the engine to list ${names.join(', ')}`,
      async () => {
        const listed = await listDevices();
        return names.every((name) => listed.includes(name));
      },
      boundMs,
    );
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
  return { devices: names, specPath, dispose };
}

async function makeNullDevice(path: string): Promise<void> {
  await promisify(execFile)('mknod', [path, 'c', '1', '3']);
  await chmod(path, 0o666);
}
