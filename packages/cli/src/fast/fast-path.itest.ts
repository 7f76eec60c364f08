import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, runProgram, throwAwayHome } from '../testing/program.ts';
import { sandboxRecord } from '../testing/record.ts';

const SLOW = { NEMOCLAW_FAST_PATH: '0' };
let full: Home;
let empty: Home;

beforeAll(() => {
  empty = throwAwayHome();
  full = throwAwayHome();
  full.add(sandboxRecord());
  full.add(
    sandboxRecord({ name: 'beta', gpu: { mode: 'auto', strategy: 'native-cdi', reason: 'CDI', requested: ['0'] } }),
  );
});

afterAll(() => {
  empty[Symbol.dispose]();
  full[Symbol.dispose]();
});

const lines = [
  '',
  'help',
  '--help',
  '-h',
  '--version',
  '-v',
  'version',
  'list',
  'ls',
  'list --json',
  'status',
  'status --json',
];

describe.each(['nemoclaw', 'nemohermes'] as const)('%s', (bin) => {
  it.each([...lines, 'status demo', 'demo status', 'demo status --json', 'beta', 'beta --json'])(
    'says the same of "%s" with and without oclif',
    (line) => {
      const args = line === '' ? [] : line.split(' ');
      const fast = runProgram(args, { home: full, bin });
      const slow = runProgram(args, { home: full, bin, env: SLOW });
      expect(fast).toEqual({ ...slow, status: 0 });
      expect(fast.stdout).not.toBe('');
    },
  );

  it.each(lines)('says the same of "%s" with no sandbox', (line) => {
    const args = line === '' ? [] : line.split(' ');
    expect(runProgram(args, { home: empty, bin })).toEqual(runProgram(args, { home: empty, bin, env: SLOW }));
  });

  it('speaks of itself by its own name', () => {
    const help = runProgram([], { home: empty, bin }).stdout;
    expect(help).toContain(`$ ${bin} [COMMAND]`);
    expect(runProgram(['list'], { home: empty, bin }).stdout).toContain(`\`${bin} onboard`);
    expect(runProgram(['--version'], { home: empty, bin }).stdout).toMatch(new RegExp(`^${bin}/`));
  });
});

describe('what is unusual is left to the core, which says what is wrong', () => {
  it.each([
    ['no JSON', '{'],
    ['an unknown version', JSON.stringify({ ...sandboxRecord(), version: 2 })],
    ['a missing field', JSON.stringify({ ...sandboxRecord(), agent: undefined })],
    ["another sandbox's name", JSON.stringify(sandboxRecord({ name: 'other' }))],
  ])('a record with %s', (_, text) => {
    using home = throwAwayHome();
    home.addRaw('demo', text);
    for (const args of [['list'], ['status', 'demo'], ['demo']]) {
      const { status, stderr } = runProgram(args, { home });
      expect(status).toBe(1);
      expect(stderr).toMatch(/error STATE_(UNREADABLE|VERSION): .*sandbox\.json/);
    }
  });

  const event = {
    reason: 'InstanceMissing',
    level: 'error',
    ids: [],
    message: 'the container is gone',
    containers: [],
    firstAt: '2026-01-02T03:05:00.000Z',
    lastAt: '2026-01-02T03:05:00.000Z',
    count: 1,
    active: true,
  };
  const intent = {
    incumbent: { id: 'c1', generation: 'g1' },
    replacement: { generation: 'g2' },
    backupName: 'b',
    operation: 'gpu-set',
  };
  it.each([
    ['a container that was seen missing', 'events.json', { events: [event] }, 'InstanceMissing', 'INSTANCE_MISSING'],
    ['a replacement that is open', 'ownership.json', { intent }, 'ReplacementPending', undefined],
    ['a journal that is no JSON', 'ownership.json', undefined, 'OwnershipUnresolved', 'OWNERSHIP_UNRESOLVED'],
  ])('%s: never ready, in list and in status', (_, file, change, status, code) => {
    using home = throwAwayHome();
    home.add(sandboxRecord());
    const path = join(home.path, 'sandboxes', 'demo', file);
    const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { version: 1, name: 'demo' };
    writeFileSync(path, change === undefined ? '{' : JSON.stringify({ ...before, ...change }));
    const list = runProgram(['list'], { home }).stdout;
    expect(list).toContain(status);
    expect(list).not.toMatch(/\bready\b/);
    for (const args of [['status'], ['demo'], ['demo', 'status', '--json']]) {
      const said = runProgram(args, { home });
      expect(said.status).toBe(code === undefined ? 0 : 1);
      expect(said.stdout).toContain(status);
      expect(`${said.stdout}${said.stderr}`).toContain(code ?? '');
    }
  });

  it('an operation that was broken off', () => {
    using home = throwAwayHome();
    home.add(sandboxRecord());
    mkdirSync(join(home.path, 'sandboxes', 'demo', 'operation.json'));
    expect(runProgram(['status', 'demo'], { home }).status).toBe(1);
  });
});
