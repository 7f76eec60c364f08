import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../integration/world/cli.ts';
import { tell } from '../engine/report-rows.ts';
import { makeFaultWorld } from '../engine/world.ts';
import { FILES, journalOfReplacement } from './damaged-files.ts';

const UID = 64_998;
const refusal = process.getuid?.() === 0 ? undefined : 'needs root, to be somebody else';
const NAME = 'other-owner';

describe.skipIf(refusal)(`a file of the state belongs to somebody else${refusal ? ` (${refusal})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nemoclaw owner '));
  const home = join(folder, 'home');
  const sandbox = join(home, 'sandboxes', NAME);
  const checkout = join(folder, 'checkout');

  const run = async (verb: string) => {
    const { gid } = statSync('/var/run/docker.sock');
    const identity = [`--reuid=${UID}`, `--regid=${UID}`, `--groups=${gid}`, '--bounding-set=-all', '--inh-caps=-all'];
    const command = [join(checkout, 'packages/cli/bin/nemoclaw'), NAME, ...verb.split(' '), '--json'];
    const result = await execa('setpriv', [...identity, '--no-new-privs', '--', ...command], {
      reject: false,
      extendEnv: false,
      cwd: folder,
      stdin: 'ignore',
      env: { PATH: '/usr/bin:/bin', HOME: folder, NEMOCLAW_HOME: home },
    });
    return { exitCode: result.exitCode, error: (JSON.parse(result.stdout) as { error: Record<string, string> }).error };
  };

  beforeAll(async () => {
    const world = await makeFaultWorld(NAME);
    try {
      const journal = await journalOfReplacement(world);
      mkdirSync(sandbox, { recursive: true });
      const at = (file: string) => join(world.home, 'sandboxes', NAME, file);
      for (const file of ['ownership.json', 'sandbox.json', 'plan.json'])
        writeFileSync(join(sandbox, file), readFileSync(at(file)));
      writeFileSync(join(sandbox, 'operation.json'), journal);
      writeFileSync(join(home, 'home.json'), readFileSync(join(world.home, 'home.json')));
    } finally {
      await world.dispose();
    }
    await execa('chown', ['-R', String(UID), folder]);
    mkdirSync(checkout);
    await execa('mount', ['--bind', ROOT, checkout]);
  });
  afterAll(async () => {
    await execa('umount', [checkout]);
    rmSync(folder, { recursive: true });
  });

  it.for(FILES)('%s', async (file, { task }) => {
    const path = join(sandbox, file);
    await execa('chown', ['0', path]);
    chmodSync(path, 0o600);
    const before = readFileSync(path, 'utf8');
    for (const verb of ['recover', 'gateway restart', 'destroy --yes']) {
      const begin = performance.now();
      const { exitCode, error } = await run(verb);
      const good = exitCode === 1 && error.code === 'STATE_UNREADABLE' && error.message?.includes('belongs to user 0');
      tell(task, {
        suite: 'state',
        operation: verb,
        point: file,
        fault: 'of another user',
        outcome: good ? 'refused, nothing touched' : `${error?.code}: ${error?.message}`,
        good: good === true,
        elapsedMs: Math.round(performance.now() - begin),
      });
      expect({ verb, exitCode, error }).toMatchObject({
        exitCode: 1,
        error: { code: 'STATE_UNREADABLE', message: expect.stringContaining('belongs to user 0') },
      });
      expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(before);
    }
    await execa('chown', [String(UID), path]);
    // The others are read only where nothing is pending.
    if (file === 'operation.json') rmSync(path);
  });
});
