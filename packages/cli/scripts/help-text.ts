import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { GENERATED, USER_AGENT_MARK } from '../src/generated.ts';
import { NEMOCLAW, NEMOHERMES } from '../src/program.ts';
import { programConfig } from './manifest.ts';
import { DIST, GENERATED_DIR } from './paths.ts';

const run = promisify(execFile);
const ENTRY: Record<string, string> = { [NEMOCLAW.bin]: 'bin.js', [NEMOHERMES.bin]: 'bin-nemohermes.js' };

/** Root help as the program itself prints it through oclif into a pipe. */
async function rootHelp(bin: string): Promise<string> {
  const env = {
    ...process.env,
    NEMOCLAW_FAST_PATH: '0',
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    OCLIF_COLUMNS: undefined,
  };
  const { stdout } = await run(process.execPath, [`${DIST}/${ENTRY[bin]}`, '--help'], { env });
  return stdout;
}

export async function writeHelp(): Promise<void> {
  for (const program of [NEMOCLAW, NEMOHERMES]) {
    const { userAgent } = await programConfig(program);
    const text = await rootHelp(program.bin);
    if (!text.includes(userAgent)) throw new Error(`The help of ${program.bin} has no version line:\n${text}`);
    await writeFile(`${GENERATED_DIR}/${GENERATED.help(program.bin)}`, text.replace(userAgent, USER_AGENT_MARK));
  }
}
