import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '@nemoclaw/plugin-api';
import { execa } from 'execa';
import { aptScope, archiveOf, installedPackages, readSources } from '../engine/debian.ts';
import { SetupError } from '../engine/ensure.ts';
import { DEFAULT_SOCKET } from '../engine/find.ts';
import type { LedgerFile } from './ledger.ts';
import { say, ticker } from './say.ts';

/** Of the image that is made here when nothing can be pulled. */
export const LOCAL_PARENT = 'nemoclaw-parent:trixie';

/** Imports a root file system as an image; the engine's own call, since no docker client need be here. */
const importImage = (tarball: string, reference: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const [repo = '', tag = 'latest'] = reference.split(':');
    const call = request(
      {
        socketPath: (process.env.DOCKER_HOST ?? `unix://${DEFAULT_SOCKET}`).replace('unix://', ''),
        method: 'POST',
        path: `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`,
        headers: { 'content-type': 'application/x-tar' },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => {
          if (response.statusCode !== 200 || body.includes('"error"')) reject(new Error(`import answered ${response.statusCode}: ${body.slice(0, 500)}`));
          else resolve();
        });
      },
    );
    call.on('error', reject);
    createReadStream(tarball).on('error', reject).pipe(call);
  });

const ensureTool = async (ledger: LedgerFile, archive: string): Promise<void> => {
  const present = await execa('mmdebstrap', ['--version'], { reject: false });
  if (present.exitCode === 0) return;
  if (process.getuid?.() !== 0) throw new SetupError(`The sandbox's parent image can't be pulled, and only root can install mmdebstrap to make one: sudo apt-get install mmdebstrap`);
  const before = new Set(await installedPackages());
  const apt = aptScope({ archive, suites: [] });
  try {
    await apt.run(['update', '-qq']);
    await apt.run(['install', '-y', '-qq', '--no-install-recommends', 'mmdebstrap']);
  } finally {
    apt.dispose();
    ledger.update({ parentPackages: (await installedPackages()).filter((name) => !before.has(name)) });
  }
};

/**
 * The image that sandboxes are built on: the configured one when the engine has it or can pull it, else a Debian made
 * here from the machine's own mirror. Returns its reference.
 */
export const ensureParentImage = async (driver: Driver, configured: string, ledger: LedgerFile): Promise<string> => {
  if (await driver.findImage(configured)) return configured;
  if (await driver.findImage(LOCAL_PARENT)) return LOCAL_PARENT;
  const progress = ticker('pull');
  try {
    await driver.pullImage(configured, progress.line, { signal: AbortSignal.timeout(300_000) });
    progress.end();
    return configured;
  } catch (error) {
    progress.end();
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    say(`   ${configured} can't be pulled here (${reason}); making a Debian image from this machine's mirror instead`);
  }
  const archive = archiveOf(readSources());
  if (!archive) throw new SetupError(`The image ${configured} can't be pulled, and this machine has no Debian mirror to make one from. Pull it elsewhere and \`docker load\` it, or name another with NEMOCLAW_PARENT_IMAGE.`);
  await ensureTool(ledger, archive);
  const folder = await mkdtemp(join(tmpdir(), 'nemoclaw-parent-'));
  try {
    const tarball = join(folder, 'root.tar');
    await execa('mmdebstrap', ['--variant=minbase', '--include=ca-certificates', 'trixie', tarball, archive], { stdio: ['ignore', 'ignore', 'ignore'] });
    ledger.update({ parentImage: LOCAL_PARENT });
    await importImage(tarball, LOCAL_PARENT);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return LOCAL_PARENT;
};
