import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, PACKAGE, runProgram, throwAwayHome } from './testing/program.ts';
import { sandboxRecord } from './testing/record.ts';

let home: Home;
beforeAll(() => {
  home = throwAwayHome();
  home.add(sandboxRecord());
});
afterAll(() => home[Symbol.dispose]());

const json = (line: string) => JSON.parse(runProgram([...line.split(' '), '--json'], { home }).stdout);

describe('what needs no engine', () => {
  it('agents: those of the built-in plugins', () => {
    const { status, result } = json('agents');
    expect(status).toBe('ok');
    expect(result.agents).toEqual(
      ['hermes', 'openclaw'].map((id) => expect.objectContaining({ id, plugin: expect.stringContaining('@') })),
    );
  });

  it('plugins doctor: every built-in contribution is well', () => {
    const { status, result } = json('plugins doctor');
    expect(status).toBe('ok');
    const diagnoses = result.plugins.flatMap((plugin: { contributions: { diagnosis: string }[] }) =>
      plugin.contributions.map(({ diagnosis }) => diagnosis),
    );
    expect(diagnoses.length).toBeGreaterThan(4);
    expect(new Set(diagnoses)).toEqual(new Set(['ok']));
  });

  it('plugins inspect: one by its name', () => {
    const { result } = json('plugins inspect @nemoclaw/driver-docker');
    expect(result.plugins).toEqual([expect.objectContaining({ name: '@nemoclaw/driver-docker', source: 'built-in' })]);
  });

  it('prints tables for people', () => {
    expect(runProgram(['plugins'], { home }).stdout).toMatch(/^PLUGIN +VERSION +SOURCE/);
    expect(runProgram(['agents'], { home }).stdout).toMatch(/^AGENT +VERSION +MEMORY/);
  });
});

describe('help', () => {
  it.each([
    ['demo gateway restart --help', '$ nemoclaw NAME gateway restart'],
    ['gateway restart --help', '$ nemoclaw NAME gateway restart'],
    ['help gateway restart', '$ nemoclaw NAME gateway restart'],
    ['demo --help', 'COMMANDS OF A SANDBOX'],
    ['demo gateway', 'gateway restart'],
    ['onboard --help', 'Default: openclaw'],
  ])('%s', (line, says) => {
    const ran = runProgram(line.split(' '), { home });
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining(says), stderr: '' });
  });

  it('names the default agent of the program', () => {
    expect(runProgram(['onboard', '--help'], { home, bin: 'nemohermes' }).stdout).toContain('Default: hermes');
  });
});

it("oclif's own plugins are there", () => {
  expect(runProgram(['autocomplete', '--help'], { home }).status).toBe(0);
  expect(JSON.parse(runProgram(['version', '--json'], { home }).stdout).cliVersion).toMatch(/^nemoclaw\//);
});

it('a reader that goes away early is no error', () => {
  const program = `"${process.execPath}" "${PACKAGE}dist/bin.js"`;
  const script = `for i in 1 2 3; do { ${program} plugins inspect; ${program} help; } | :; done`;
  const { stderr } = spawnSync('sh', ['-c', script], {
    env: { ...process.env, NEMOCLAW_HOME: home.path },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
});
