import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, runProgram, throwAwayHome } from './testing/program.ts';

let home: Home;
beforeAll(() => {
  home = throwAwayHome();
});
afterAll(() => home[Symbol.dispose]());

const cases: [line: string, code: string, status: number, says: RegExp][] = [
  ['onbord', 'UNKNOWN_COMMAND', 2, /Did you mean `nemohermes onboard`/],
  ['gatway restart demo', 'UNKNOWN_COMMAND', 2, /`nemohermes help`/],
  ['demo gatway restart', 'UNKNOWN_COMMAND', 2, /Did you mean `nemohermes demo gateway restart`/],
  ['help frobnicate', 'UNKNOWN_COMMAND', 2, /`nemohermes help`/],
  ['list --nope', 'USAGE', 2, /--nope/],
  ['logs', 'USAGE', 2, /name/],
  ['logs demo --tail few', 'USAGE', 2, /tail|integer/],
  ['exec demo', 'USAGE', 2, /nemohermes demo exec -- ls/],
  ['connect demo', 'USAGE', 2, /terminal/],
  ['chat demo', 'USAGE', 2, /nothing to say/],
  ['destroy demo', 'USAGE', 2, /--yes.*NEMOCLAW_YES/s],
  ['onboard', 'USAGE', 2, /--name.*NEMOCLAW_NAME/s],
  ['onboard --name gateway', 'NAME_IS_COMMAND', 2, /my-gateway/],
  ['onboard --name help', 'NAME_IS_COMMAND', 2, /my-help/],
  ['onboard --name Demo', 'BAD_NAME', 2, /letter/],
  ['onboard --name demo --credential-env NOT_SET_ANYWHERE', 'USAGE', 2, /NOT_SET_ANYWHERE/],
  ['status ../../etc', 'BAD_NAME', 2, /letter/],
  ['status nobody', 'SANDBOX_NOT_FOUND', 1, /nobody/],
  ['nobody gateway restart', 'SANDBOX_NOT_FOUND', 1, /nobody/],
  ['plugins inspect nothing', 'PLUGIN_NOT_FOUND', 1, /nothing/],
];

describe.each(cases)('%s', (line, code, status, says) => {
  it(`ends with ${code}, ${status}, and says the way out`, () => {
    const ran = runProgram(line.split(' '), { home, bin: 'nemohermes' });
    expect(ran.status).toBe(status);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(`error ${code}: `);
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
  });
});

// `connect` and `help` have no --json.
describe.each(cases.filter(([line]) => !/^(connect|help)/.test(line)))('%s --json', (line, code, status, says) => {
  it('says the same in the envelope', () => {
    const ran = runProgram([...line.split(' '), '--json'], { home, bin: 'nemohermes' });
    expect(ran.status).toBe(status);
    const envelope = JSON.parse(ran.stdout);
    expect(envelope).toEqual({
      schemaVersion: 1,
      status: 'error',
      error: expect.objectContaining({ code, message: expect.any(String) }),
      warnings: [],
    });
    expect(`${envelope.error.message}\n${envelope.error.hint}`).toMatch(says);
  });
});

it('takes choices from variables', () => {
  const ran = runProgram(['onboard'], { home, env: { NEMOCLAW_NAME: 'Bad Name' } });
  expect(ran.stderr).toContain('error BAD_NAME');
});

it('shows causes only when asked', () => {
  const quiet = runProgram(['nobody'], { home });
  const verbose = runProgram(['nobody', '--verbose'], { home });
  expect(quiet.stderr).not.toContain('caused by');
  expect(verbose.stderr).toContain('caused by: There is no sandbox named nobody');
});

it('repeats no secret that was typed by mistake or stands in the environment, nor what drives a terminal', () => {
  const secret = ['sk', 'aB3dE6gH9jK2mN5pQ8s'].join('-');
  const typed = [
    ['status', `${secret}\x1b[2J`],
    ['logs', 'demo', '--tail', secret],
    ['onboard', '--name', 'My Value 1'],
  ];
  for (const args of typed)
    for (const how of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr } = runProgram([...args, ...how], { home, env: { ACME_TOKEN: 'My Value 1' } });
      expect(`${stdout}${stderr}`).toMatch(/BAD_NAME|USAGE/);
      expect(`${stdout}${stderr}`).not.toMatch(/aB3dE6|My Value 1/);
      expect(`${stdout}${stderr}`.replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
    }
});

it('writes nothing to a home that it only looked at', () => {
  using fresh = throwAwayHome();
  runProgram(['status', 'nobody'], { home: fresh });
  expect(runProgram(['list', '--json'], { home: fresh }).stdout).toContain('"sandboxes": []');
});
