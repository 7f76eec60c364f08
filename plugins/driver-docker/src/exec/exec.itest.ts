import { PassThrough } from 'node:stream';
import type { ExecSpec, InteractiveSpec } from '@nemoclaw/plugin-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('exec');
const { driver } = world;
let id: string;
beforeAll(async () => {
  id = await world.running({ readOnlyRoot: false });
});
afterAll(() => world.clean());

const run = (argv: string[], extra: Partial<ExecSpec> = {}, signal?: AbortSignal) =>
  driver.exec(id, { argv, uid: 64101, gid: 64102, timeoutMs: 20_000, ...extra }, signal ? { signal } : {});
const sh = (line: string, extra: Partial<ExecSpec> = {}, signal?: AbortSignal) =>
  run(['/bin/sh', '-c', line], extra, signal);
/** Command lines of all processes, of whichever uid. */
const processes = async (): Promise<string> =>
  world.sh(id, 'for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f; echo; done');

describe('exec', () => {
  it.each([0, 3, 126, 127, 125, 255])('gives the program’s own code %i', async (code) => {
    expect(await sh(`exit ${code}`)).toMatchObject({ exitCode: code, started: true, timedOut: false });
  });

  it.each([
    ['a program that is not there', ['/nope'], {}],
    ['one that is not executable', ['/etc/passwd'], {}],
    ['a folder that is not there', ['/bin/true'], { workingDir: '/nope' }],
  ])('is not started for %s', async (_, argv, extra) => {
    const result = await run(argv, extra);
    expect(result).toMatchObject({
      started: false,
      exitCode: 125,
      failure: expect.stringMatching(/OCI runtime exec failed/),
    });
    expect([result.stdout.length, result.stderr.length]).toEqual([0, 0]);
  });

  it('is not started in a container that does not run', async () => {
    const stopped = await world.container();
    const spec = { argv: ['/bin/true'], uid: 0, gid: 0, timeoutMs: 1_000 };
    expect(await driver.exec(stopped, spec)).toMatchObject({ started: false, exitCode: 125, failure: /not running/ });
    await expect(driver.exec('f'.repeat(64), spec)).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
  });

  it('runs as the uid and gid, with environment, folder and stdin', async () => {
    const result = await sh('id -u; id -g; echo $A; pwd; cat', {
      env: { A: 'b c' },
      workingDir: '/var',
      stdin: 'ein\0gabe',
    });
    expect(result.stdout.toString()).toBe('64101\n64102\nb c\n/var\nein\0gabe');
  });

  it('ends stdin, also an empty one', async () => {
    expect((await run(['/bin/cat'], { stdin: '' })).exitCode).toBe(0);
  });

  it('keeps both streams apart', async () => {
    const result = await sh('echo out; echo err >&2');
    expect([String(result.stdout), String(result.stderr)]).toEqual(['out\n', 'err\n']);
  });

  it('brings 5 MB complete, in time that grows with the size and not with its square', async () => {
    const bytes = (count: number) => run(['/usr/bin/perl', '-e', `print "x" x ${count}`], { maxOutputBytes: 64 << 20 });
    const time = async (count: number): Promise<number> => {
      const start = performance.now();
      const result = await bytes(count);
      expect([result.stdout.length, result.truncated]).toEqual([count, false]);
      return performance.now() - start;
    };
    await time(1_000);
    const small = await time(5_000_000);
    const large = await time(40_000_000);
    // Eight times the bytes: quadratic work would take 64 times as long.
    expect(large).toBeLessThan(small * 32);
  });

  it('takes 5 MB in', async () => {
    const result = await run(['/usr/bin/wc', '-c'], { stdin: new Uint8Array(5_000_000) });
    expect(result.stdout.toString().trim()).toBe('5000000');
  });

  it('reads on beyond the bound, throws away, and says so', async () => {
    const result = await sh('head -c 3000000 /dev/zero; echo done >&2; exit 4', { maxOutputBytes: 1_000 });
    expect(result).toMatchObject({ exitCode: 4, truncated: true });
    expect([result.stdout.length, String(result.stderr)]).toEqual([1_000, 'done\n']);
  });

  it('ends the program and its children when time is up', async () => {
    const result = await sh('echo begun; sleep 7701 & sleep 7702', { timeoutMs: 700 });
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, started: true });
    expect(result).not.toHaveProperty('failure');
    expect(result.stdout.toString()).toBe('begun\n');
    expect(await processes()).not.toMatch(/sleep 770/);
  });

  it('ends one that closed its streams and lives on', async () => {
    const result = await sh('exec sleep 7703 >/dev/null 2>&1 </dev/null', { timeoutMs: 700 });
    expect(result).toMatchObject({ timedOut: true, exitCode: 124 });
    expect(await processes()).not.toMatch(/sleep 7703/);
  });

  it('ends the program on abort and rejects with the reason', async () => {
    const controller = new AbortController();
    const running = sh('sleep 7704', {}, controller.signal);
    await expect.poll(processes).toMatch(/sleep 7704/);
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(await processes()).not.toMatch(/sleep 7704/);
  });

  it('reports a container that is stopped underneath it', async () => {
    const short = await world.running();
    const running = driver.exec(short, { argv: ['/bin/sleep', '600'], uid: 0, gid: 0, timeoutMs: 30_000 });
    await expect.poll(() => world.sh(short, 'cat /proc/[0-9]*/comm')).toMatch(/sleep/);
    await driver.stop(short, { timeoutSeconds: 0 });
    expect(await running).toMatchObject({ exitCode: 137, timedOut: false });
  });

  it('says that no process is left', async () => {
    const full = await world.running({ limits: { memoryBytes: 128 << 20, pids: 4 } });
    const sleeps: Promise<unknown>[] = [];
    const one = () => driver.exec(full, { argv: ['/bin/true'], uid: 0, gid: 0, timeoutMs: 5_000 });
    // One more at each look: a look that runs takes the place of a sleep that was about to.
    const fill = async () => {
      const sleep = driver.exec(full, { argv: ['/bin/sleep', '600'], uid: 0, gid: 0, timeoutMs: 60_000 });
      sleep.catch(() => {});
      sleeps.push(sleep);
      return (await one()).started;
    };
    await expect.poll(fill, { timeout: 20_000 }).toBe(false);
    await driver.remove(full, { force: true });
    await Promise.allSettled(sleeps);
  });
});

describe('interactive', () => {
  const session = (argv: string[], extra: Partial<InteractiveSpec> = {}, signal?: AbortSignal) => {
    const stdin = new PassThrough();
    const text = { stdout: '', stderr: '' };
    const sink = (name: 'stdout' | 'stderr') => new PassThrough().on('data', (chunk) => (text[name] += chunk));
    const spec = {
      argv,
      uid: 64101,
      gid: 64102,
      tty: false,
      stdin,
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      ...extra,
    };
    const done = driver.interactive(id, spec, signal ? { signal } : {});
    return { stdin, text, spec, done };
  };

  it('passes streams and the code on, and lets go of stdin', async () => {
    const { stdin, text, spec, done } = session(['/bin/sh', '-c', 'read a; echo "got $a"; echo err >&2; exit 7']);
    stdin.write('line\n');
    expect(await done).toBe(7);
    expect(text).toEqual({ stdout: 'got line\n', stderr: 'err\n' });
    expect([stdin.listenerCount('data'), stdin.isPaused(), spec.stdout.writable]).toEqual([0, true, true]);
  });

  it('ends with its stdin', async () => {
    const { stdin, text, done } = session(['/bin/cat']);
    stdin.end('all');
    expect(await done).toBe(0);
    expect(text.stdout).toBe('all');
  });

  it('is a terminal of the caller’s size, and follows it', async () => {
    let resize: (size: { columns: number; rows: number }) => void = () => {};
    const { stdin, text, done } = session(['/bin/bash', '--norc', '-i'], {
      tty: true,
      size: { columns: 101, rows: 31 },
      onResize: (apply) => {
        resize = apply;
      },
    });
    stdin.write('stty size; tty\n');
    await expect.poll(() => text.stdout).toMatch(/31 101[\s\S]*\/dev\/pts/);
    resize({ columns: 77, rows: 22 });
    await expect
      .poll(() => {
        stdin.write('stty size\n');
        return text.stdout;
      })
      .toMatch(/22 77/);
    stdin.write('exit 5\n');
    expect(await done).toBe(5);
  });

  it('gives 127 with the engine’s words for what is not there', async () => {
    const { text, done } = session(['/nope']);
    expect(await done).toBe(127);
    expect(text.stdout).toMatch(/no such file/);
  });

  it('ends the program on abort', async () => {
    const controller = new AbortController();
    const { done } = session(['/bin/sleep', '7705'], {}, controller.signal);
    await expect.poll(processes).toMatch(/sleep 7705/);
    controller.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    expect(await processes()).not.toMatch(/sleep 7705/);
  });
});
