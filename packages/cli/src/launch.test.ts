import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin', import.meta.url));
const SAYS = 'console.log(JSON.stringify(process.argv.slice(1)))';

let root: string;
let checkout: string;

/** The real bins in a checkout of our own, with spaces in its path and programs that print how they were called. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nemoclaw launch '));
  checkout = join(root, 'my checkout');
  const cli = join(checkout, 'packages', 'cli');
  cpSync(BIN, join(cli, 'bin'), { recursive: true });
  mkdirSync(join(cli, 'dist'), { recursive: true });
  for (const entry of ['bin', 'bin-nemohermes']) writeFileSync(join(cli, 'dist', `${entry}.js`), SAYS);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function executable(path: string, script: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, script);
  chmodSync(path, 0o755);
}

function bringNode(): void {
  const node = join(checkout, `.tools/node_modules/node-${process.platform}-${process.arch}/bin/node`);
  mkdirSync(join(node, '..'), { recursive: true });
  symlinkSync(process.execPath, node);
}

/** PATH with nothing but what the bins may use, and a Node of our choice. */
function pathWith(node?: string): string {
  const folder = join(root, 'path');
  if (node !== undefined) executable(join(folder, 'node'), node);
  return `${folder}:/usr/bin:/bin`.replace(/\/usr\/bin:\/bin$/, node === undefined ? emptyTools() : '/usr/bin:/bin');
}

/** A machine without Node may still have it in /usr/bin: only the tools that the bins call are here. */
function emptyTools(): string {
  const folder = join(root, 'tools');
  mkdirSync(folder, { recursive: true });
  for (const tool of ['uname', 'readlink']) {
    executable(join(folder, tool), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${tool} "$@"\n`);
  }
  return folder;
}

function launch(command: string, args: string[], path: string, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: { PATH: path }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const OLD = '#!/bin/sh\necho 20.20.2\n';

describe("in a checkout, the checkout's own Node runs it, whatever is on PATH", () => {
  beforeEach(bringNode);

  it.each([
    ['nemoclaw', 'bin.js'],
    ['nemohermes', 'bin-nemohermes.js'],
  ])('%s', (bin, entry) => {
    const ran = launch(join(checkout, 'packages/cli/bin', bin), ['demo', 'a b', ''], pathWith(OLD));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const [program, ...args] = JSON.parse(ran.stdout);
    expect(program).toBe(join(checkout, 'packages/cli/dist', entry));
    expect(args).toEqual(['demo', 'a b', '']);
  });

  it('through a chain of relative and absolute links', () => {
    symlinkSync(join(checkout, 'packages/cli/bin/nemoclaw'), join(root, 'first link'));
    symlinkSync('first link', join(root, 'second'));
    expect(launch(join(root, 'second'), ['x'], pathWith(OLD))).toMatchObject({ status: 0, stderr: '' });
  });

  it('among those of several machines that share it', () => {
    for (const other of ['node-aix-ppc64', 'node-zos-s390x']) {
      executable(join(checkout, '.tools/node_modules', other, 'bin/node'), '#!/bin/sh\nexit 99\n');
    }
    const ran = launch(join(checkout, 'packages/cli/bin/nemoclaw'), ['x'], pathWith(OLD));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  it('from its own folder, without a path', () => {
    const ran = launch('/bin/sh', ['nemoclaw', 'x'], pathWith(OLD), join(checkout, 'packages/cli/bin'));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  it('as a package that is linked into node_modules', () => {
    mkdirSync(join(checkout, 'node_modules'), { recursive: true });
    symlinkSync('../packages/cli', join(checkout, 'node_modules/nemoclaw'));
    const ran = launch(join(checkout, 'node_modules/nemoclaw/bin/nemoclaw'), ['x'], pathWith(OLD));
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('without one', () => {
  const bin = () => join(checkout, 'packages/cli/bin/nemohermes');

  it('a Node on PATH that is new enough', () => {
    expect(launch(bin(), ['x'], pathWith(`#!/bin/sh\nexec '${process.execPath}' "$@"\n`))).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.each(['20.20.2', '24.15.9', '9.0.0'])('an old one is named: %s', (version) => {
    const ran = launch(bin(), ['x'], pathWith(`#!/bin/sh\necho ${version}\n`));
    expect(ran.status).toBe(1);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(`nemohermes needs Node 24.16 or newer, and the one on PATH is ${version}.`);
    expect(ran.stderr).toContain('npm run quickstart');
  });

  it('none at all is said', () => {
    const ran = launch(bin(), ['x'], pathWith());
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('there is none on PATH');
  });
});
