import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the docker client. @returns stdout without its last line break @throws when it exits with anything but 0 */
export const docker = async (...args: string[]): Promise<string> => (await run('docker', args)).stdout.trimEnd();

/** The same with something on stdin; the exit code is the caller's to judge. */
export const dockerWithInput = (
  input: string,
  ...args: string[]
): { code: number | null; stdout: string; stderr: string } => {
  const { status, stdout, stderr } = spawnSync('docker', args, { input, encoding: 'utf8' });
  return { code: status, stdout, stderr };
};

const exists = async (image: string): Promise<boolean> =>
  docker('image', 'inspect', '--format', '{{.Id}}', image).then(
    () => true,
    () => false,
  );

/** Lines of a Dockerfile that begin with an image which has Node at /opt/node. */
export const baseImage = async (wanted: string | undefined): Promise<string> => {
  for (const image of wanted === undefined ? ['nemoclaw-base:dev'] : [wanted]) {
    if (await exists(image)) return `FROM ${image}`;
  }
  if (await exists('nemoclaw-parent:trixie')) {
    return 'FROM nemoclaw-parent:trixie\nCOPY node /opt/node/bin/node';
  }
  throw new Error('this test needs an image with Node: name one in NEMOCLAW_TEST_BASE');
};
