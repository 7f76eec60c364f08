import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Driver, isCodedError, oneLine } from '@nemoclaw/plugin-api';
import { execa } from 'execa';
import { debianArchive } from '../engine/debian.ts';
import { type Env, findEngine } from '../engine/find.ts';
import { installPackages } from '../engine/packages.ts';
import { importImage } from './import-image.ts';
import type { LedgerFile } from './ledger.ts';
import { runWithProgress, say, withProgress } from './progress.ts';
import { SetupError } from './setup-error.ts';

/** Of the image that is made here when nothing can be pulled. */
export const LOCAL_PARENT = 'nemoclaw-parent:trixie';
const SUITE = 'trixie';
const PULL_BOUND_MS = 300_000;
const MAKE_BOUND_MS = 900_000;

/**
 * The image that sandboxes are built on: the configured one when the engine has it or can pull it, else a Debian made
 * here from the machine's own mirror. Returns its reference.
 */
export const ensureParentImage = async (
  driver: Driver,
  configured: string,
  { env, ledger, signal }: { env: Env; ledger: LedgerFile; signal: AbortSignal },
): Promise<string> => {
  for (const present of [configured, LOCAL_PARENT]) if (await driver.findImage(present, { signal })) return present;
  const refusal = await pull(driver, configured, signal);
  if (refusal === undefined) return configured;
  say(`   ${configured} can't be pulled (${refusal}); making a Debian image from this machine's mirror instead`);
  await makeImage(env, ledger, configured, signal);
  return LOCAL_PARENT;
};

/** @returns why not, in one line */
const pull = async (driver: Driver, reference: string, signal: AbortSignal): Promise<string | undefined> => {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(PULL_BOUND_MS)]);
  try {
    await withProgress(`pulling ${reference}`, (line) => driver.pullImage(reference, line, { signal: bounded }));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!bounded.aborted && !isCodedError(error)) throw error;
    return oneLine((error as Error).message, 160);
  }
};

const makeImage = async (env: Env, ledger: LedgerFile, configured: string, signal: AbortSignal): Promise<void> => {
  const otherwise = `Pull ${configured} elsewhere and load it here, or name another image of Debian ${SUITE} with NEMOCLAW_BASE_IMAGE.`;
  const archive = debianArchive()?.uri;
  if (!archive) throw new SetupError(`This machine has no Debian mirror to make an image from. ${otherwise}`);
  await ensureMmdebstrap(env, ledger, otherwise);
  signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'nemoclaw-parent-'));
  try {
    const tarball = join(folder, 'root.tar');
    const args = ['--variant=minbase', '--include=ca-certificates', '--aptopt=Acquire::Check-Valid-Until "false"'];
    await runWithProgress(`making Debian ${SUITE}`, 'mmdebstrap', [...args, SUITE, tarball, archive], {
      signal: AbortSignal.any([signal, AbortSignal.timeout(MAKE_BOUND_MS)]),
    });
    const engine = await findEngine(env);
    if (engine.state !== 'usable') throw new SetupError('The engine does not answer any more.');
    ledger.update({ parentImage: LOCAL_PARENT });
    await withProgress('importing it', () =>
      importImage({ socket: engine.socket, tarball, reference: LOCAL_PARENT, signal }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const ensureMmdebstrap = async (env: Env, ledger: LedgerFile, otherwise: string): Promise<void> => {
  const { failed } = await execa('mmdebstrap', ['--version'], { reject: false });
  if (!failed) return;
  if (process.getuid?.() !== 0)
    throw new SetupError(
      `Only root can install mmdebstrap to make one: sudo apt-get install mmdebstrap. Or: ${otherwise}`,
    );
  if (env.NEMOCLAW_INSTALL_ENGINE === '0')
    throw new SetupError(
      `It takes mmdebstrap, and NEMOCLAW_INSTALL_ENGINE=0 forbids installing it: apt-get install mmdebstrap. Or: ${otherwise}`,
    );
  await installPackages(
    { what: 'Installing the tool for that', packages: ['mmdebstrap'], suites: [], otherwise },
    ledger,
    env,
  );
};
