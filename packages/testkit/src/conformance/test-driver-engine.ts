import { type DriverContribution, isCodedError } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { type Check, expectKeys } from './checks.ts';
import { ENGINE_BOUND_MS, type EngineSubject, LINES, onEngine, remainsOf, shell } from './engine-subject.ts';
import { DRIVER_ENGINE_MUSTS } from './musts.ts';

export interface DriverEngineConformance {
  /** Environment that points the driver at an engine that runs. */
  env: Readonly<Record<string, string | undefined>>;
  /** An image that the engine has, with `/bin/sh`, `id` and `sleep`. */
  image: string;
  /** What names of objects begin with, on an engine that others use too. */
  prefix?: string;
  /** How long the engine may take to show what has happened. Default 10,000. */
  boundMs?: number;
}

const SUBNETS = ['10.214.0.0/28', '10.214.0.16/28', '10.214.0.32/28', '10.214.0.48/28'];
const NOBODY = 'f'.repeat(64);
const AS = { uid: 64_101, gid: 64_102 };

const codeOf = async (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isCodedError(error) ? error.code : String(error)),
  );

type Work = (subject: EngineSubject, boundMs: number) => Promise<void>;

const WORK: Record<Exclude<keyof typeof DRIVER_ENGINE_MUSTS, 'asked'>, Work> = {
  facts: async ({ driver }) => {
    const facts = await driver.hostFacts();
    expect(facts.engineVersion).toMatch(/^\d+\.\d+/);
    for (const said of [facts.apiVersion, facts.architecture, facts.rootDir]) expect(said.length).toBeGreaterThan(0);
    expect(facts.cpus * facts.memoryBytes).toBeGreaterThan(0);
    expect(['direct', 'host-gateway']).toContain((await driver.capabilities()).hostAddress);
  },
  lifecycle: async ({ driver, spec }) => {
    const { id } = await driver.create(spec('life'));
    const phase = async (): Promise<string | undefined> => (await driver.inspect(id))?.phase;
    expect(await phase()).toBe('created');
    await driver.start(id);
    expect(await driver.inspect(id)).toMatchObject({ id, phase: 'running', restartPolicy: 'no' });
    for (const _ of ['once', 'again']) await driver.stop(id, { timeoutSeconds: 1 });
    expect(await phase()).toBe('exited');
    for (const _ of ['once', 'again']) await driver.remove(id);
    expect(await phase()).toBeUndefined();
  },
  naming: async ({ driver, spec, name }) => {
    const { id } = await driver.create(spec('old'));
    await driver.rename(id, name('new'));
    await driver.setRestartPolicy(id, 'unless-stopped');
    expect(await driver.inspect(id)).toMatchObject({ name: name('new'), restartPolicy: 'unless-stopped' });
  },
  labels: async ({ driver, labels, spec }) => {
    const { id } = await driver.create(spec('one', { labels: { ...labels, part: 'one' } }));
    const other = await driver.create(spec('other', { labels: { ...labels, part: 'other' } }));
    const ids = async (wanted: Record<string, string>) => (await driver.list(wanted)).map((one) => one.id).sort();
    expect(await ids(labels)).toEqual([id, other.id].sort());
    expect(await ids({ ...labels, part: 'one' })).toEqual([id]);
    expect(await ids({ ...labels, part: 'none' })).toEqual([]);
    expect((await driver.inspect(id))?.labels).toMatchObject({ ...labels, part: 'one' });
  },
  networks: async ({ driver, labels, name }) => {
    const wanted = { name: name('net'), labels, kind: 'isolated' as const, subnets: SUBNETS };
    const asked = await Promise.all([wanted, wanted, wanted].map((spec) => driver.ensureNetwork(spec)));
    const [made, ...more] = asked.filter(({ created }) => created);
    expect(made).toMatchObject({ name: name('net'), kind: 'isolated' });
    expect(more, 'of those that ask at once one made it').toEqual([]);
    expect(new Set(asked.map(({ id }) => id)), 'one name, one network').toEqual(new Set([made?.id]));
    if (!made) return;
    expect(await driver.ensureNetwork(wanted)).toMatchObject({ id: made.id, created: false });
    expect(await driver.inspectNetwork(made.id)).toMatchObject({ id: made.id, subnet: made.subnet });
    expect((await driver.listNetworks(labels)).map(({ id }) => id)).toEqual([made.id]);
    for (const _ of ['once', 'again']) await driver.removeNetwork(made.id);
    expect(await driver.inspectNetwork(made.id)).toBeUndefined();
  },
  volumes: async ({ driver, labels, name }) => {
    const wanted = { name: name('volume'), labels };
    expect(await driver.ensureVolume(wanted)).toMatchObject({ name: name('volume'), created: true });
    expect(await driver.ensureVolume(wanted)).toMatchObject({ name: name('volume'), created: false });
    expect((await driver.listVolumes(labels)).map((one) => one.name)).toEqual([name('volume')]);
    await driver.removeVolume(name('volume'));
    expect(await driver.inspectVolume(name('volume'))).toBeUndefined();
  },
  files: async ({ driver, image, labels, name }) => {
    await driver.ensureVolume({ name: name('files'), labels });
    const volume = { volume: name('files'), image, labels };
    const content = Buffer.from([0, 1, 254, 255]);
    const entry = { path: 'a/b', type: 'file' as const, content, mode: 0o640, uid: 1, gid: 2 };
    await driver.putFiles({ ...volume, files: [{ ...entry, path: 'a', type: 'directory', mode: 0o755 }, entry] });
    expect(await driver.readFile({ ...volume, path: 'a/b' })).toEqual(content);
    expect(await driver.readFile({ ...volume, path: 'a/c' })).toBeUndefined();
  },
  exec: async ({ driver, running }) => {
    const id = await running('exec');
    const end = await driver.exec(id, { argv: shell(LINES.identity), ...AS, timeoutMs: 20_000 });
    expect(end).toMatchObject({ exitCode: 3, started: true, timedOut: false, truncated: false });
    expect([String(end.stdout), String(end.stderr)]).toEqual([`${AS.uid}\n${AS.gid}\n`, 'to stderr\n']);
  },
  'not-started': async ({ driver, running }) => {
    const id = await running('none');
    const end = await driver.exec(id, { argv: ['/no-such-program'], ...AS, timeoutMs: 20_000 });
    expect(end).toMatchObject({ started: false, exitCode: 125, timedOut: false });
    expect(end.failure?.length).toBeGreaterThan(0);
  },
  'timed-out': async ({ driver, running }) => {
    const id = await running('slow');
    const begin = performance.now();
    const end = await driver.exec(id, { argv: shell(LINES.sleep), ...AS, timeoutMs: 300 });
    expect(end).toMatchObject({ timedOut: true, exitCode: 124 });
    expect(performance.now() - begin).toBeLessThan(10_000);
  },
  helper: async (subject) => {
    const { driver, image, labels, name } = subject;
    const common = { labels, image, user: '0:0', network: 'none' };
    const help = (what: string, line: string, timeoutMs: number) =>
      driver.runHelper({ ...common, name: name(what), argv: shell(line), timeoutMs });
    expect(await help('well', `${LINES.speak}; exit 4`, 20_000)).toEqual({
      ...{ outcome: 'exited', exitCode: 4 },
      ...{ stdout: 'to stdout\n', stderr: 'to stderr\n' },
    });
    expect(await help('slow', LINES.sleep, 1_000)).toMatchObject({ outcome: 'timed_out' });
    expect(await remainsOf(subject)).toEqual([]);
  },
  logs: async ({ driver, running }, boundMs) => {
    const id = await running('logs', { command: shell(LINES.speak) });
    const read = async (): Promise<string[]> => {
      const lines: string[] = [];
      for await (const { stream, text } of driver.logs(id, { tail: 10, follow: false }))
        lines.push(`${stream}: ${text}`);
      return lines.sort();
    };
    await expect.poll(read, { timeout: boundMs }).toEqual(['stderr: to stderr', 'stdout: to stdout']);
  },
  undo: async (subject) => {
    const { driver, spec } = subject;
    for (const afterMs of [0, 2, 10]) {
      const controller = new AbortController();
      const work = driver.create(spec(`undone-${afterMs}`), { signal: controller.signal });
      work.catch(() => undefined);
      setTimeout(() => controller.abort(new Error('interrupted')), afterMs);
      // One that was done before it was cancelled is the caller's.
      const made = await work.catch(() => undefined);
      if (made) await driver.remove(made.id, { force: true });
      expect(await remainsOf(subject), `cancelled after ${afterMs} ms`).toEqual([]);
    }
  },
  'not-found': async ({ driver, name }) => {
    expect(await driver.inspect(NOBODY)).toBeUndefined();
    expect(await driver.findImage('nemoclaw-conformance-none:1')).toBeUndefined();
    expect(await driver.inspectVolume(name('none'))).toBeUndefined();
    expect(await codeOf(driver.start(NOBODY))).toBe('ENGINE_NOT_FOUND');
    expect(await codeOf(driver.rename(NOBODY, name('none')))).toBe('ENGINE_NOT_FOUND');
  },
  conflict: async ({ driver, spec, labels }) => {
    const { id } = await driver.create(spec('taken'));
    expect(await codeOf(driver.create(spec('taken')))).toBe('ENGINE_CONFLICT');
    expect((await driver.list(labels)).map((one) => one.id)).toEqual([id]);
  },
  plan: async ({ driver, spec, running }) => {
    const plan = spec('plan', { env: { A: 'b c' } });
    const id = await running('plan', { env: { A: 'b c' } });
    expect(await driver.unapplied(id, plan)).toEqual([]);
    const wanted = { ...plan, env: { A: 'changed' } };
    const cloned = await driver.clonePlan(id, { recorded: plan, wanted });
    expect(cloned).toMatchObject({ carried: [], refused: [], plan: { env: { A: 'changed' }, image: plan.image } });
  },
  watch: async ({ driver, labels, spec }, boundMs) => {
    const controller = new AbortController();
    const { id } = await driver.create(spec('watched'));
    const seen = (async () => {
      for await (const event of driver.watch(labels, { signal: controller.signal }))
        if (event.id === id && event.action === 'start') return true;
      return false;
    })();
    seen.catch(() => undefined);
    const bound = setTimeout(() => controller.abort(new Error('no event came')), boundMs);
    // It may not listen yet: started again until it has seen it.
    for (let tries = 0; tries < 5; tries++) {
      await driver.start(id);
      const heard = await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 500, false))]);
      if (heard) break;
      await driver.stop(id, { timeoutSeconds: 0 });
    }
    controller.abort(new Error('seen enough'));
    clearTimeout(bound);
    expect(await seen.catch(() => false), 'no event of a start').toBe(true);
  },
};

/** Every MUST that needs an engine as a check; mutants are held against them. */
export function driverEngineChecks(
  contribution: DriverContribution,
  conformance: DriverEngineConformance,
): Check<keyof typeof DRIVER_ENGINE_MUSTS>[] {
  const { env, image, prefix = 'nemoclaw-conformance', boundMs = 10_000 } = conformance;
  const driver = () => contribution.create({ env });
  return [
    {
      id: 'asked',
      title: DRIVER_ENGINE_MUSTS.asked,
      run: async () => {
        expectKeys(conformance, ['env', 'image', 'prefix', 'boundMs'], 'the suite');
        expect(await driver().findImage(image), `the engine has no image ${image}`).toBeDefined();
      },
    },
    ...Object.entries(WORK).map(([id, work]) => ({
      id: id as keyof typeof WORK,
      title: DRIVER_ENGINE_MUSTS[id as keyof typeof WORK],
      run: () => onEngine(driver(), image, prefix, (subject) => work(subject, boundMs)),
    })),
  ];
}

/** Declares a vitest suite that every driver has to pass on its engine; call it at the top level of a test file. */
export function testDriverOnEngine(contribution: DriverContribution, conformance: DriverEngineConformance): void {
  describe(`driver ${contribution.id} keeps its contract on a real engine`, () => {
    for (const [index, { id, title, run }] of driverEngineChecks(contribution, conformance).entries())
      it(`MUST ${index + 1} (${id}): ${title}`, () => run(), ENGINE_BOUND_MS);
  });
}
