import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, printTable } from './table.ts';

/**
 * Start-up as ratios to bare Node, all measured in turn in one run, so that a busy machine slows all alike. The field's
 * incumbent takes 14 times bare Node for `--version` and `list`. With `--check`: exit 1 over budget. `--runs N`.
 */
const BIN = fileURLToPath(new URL('../../packages/cli/bin/nemoclaw', import.meta.url));
const WARM_UP = 2;

interface Subject {
  name: string;
  command: string;
  args: string[];
  /** Highest ratio to bare Node. */
  budget?: number;
}

const FAST = 1.5;
const OCLIF = 3;
const SUBJECTS: Subject[] = [
  { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] },
  { name: '--version', command: BIN, args: ['--version'], budget: FAST },
  { name: 'help', command: BIN, args: ['help'], budget: FAST },
  { name: 'list', command: BIN, args: ['list'], budget: FAST },
  { name: 'status', command: BIN, args: ['status'], budget: FAST },
  { name: 'agents --help (oclif)', command: BIN, args: ['agents', '--help'], budget: OCLIF },
  {
    name: 'demo gateway restart --help (oclif)',
    command: BIN,
    args: ['demo', 'gateway', 'restart', '--help'],
    budget: OCLIF,
  },
];

const run = promisify(execFile);

async function measure(subject: Subject, env: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  await run(subject.command, subject.args, { env });
  return performance.now() - start;
}

function option(name: string, usual: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? usual : Number(process.argv[at + 1]);
}

const runs = option('--runs', 25);
const home = await mkdtemp(join(tmpdir(), 'nemoclaw-bench-'));
const samples = new Map(SUBJECTS.map(({ name }) => [name, [] as number[]]));
try {
  // Our own home and compile cache, so that the user's are neither read nor filled.
  const env = { ...process.env, NEMOCLAW_HOME: home, NEMOCLAW_CACHE_DIR: join(home, 'cache') };
  for (let round = -WARM_UP; round < runs; round++) {
    for (const subject of SUBJECTS) {
      const elapsed = await measure(subject, env);
      if (round >= 0) samples.get(subject.name)!.push(elapsed);
    }
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

const bare = median(samples.get(SUBJECTS[0]!.name)!);
const rows = SUBJECTS.map(({ name, budget }) => {
  const ms = median(samples.get(name)!);
  const ratio = ms / bare;
  return { name, ms, ratio, budget, over: budget !== undefined && ratio > budget };
});
printTable(rows);
const over = rows.filter((row) => row.over);
if (process.argv.includes('--check') && over.length > 0) {
  console.error(`Over budget: ${over.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}
