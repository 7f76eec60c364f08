import type { ContainerSpec, OnFailureInput, PostReadyInput } from '@nemoclaw/plugin-api';
import { describe, expect, it, vi } from 'vitest';
import { failure, hooksOf, one, options, plugin } from './hook.fixture.ts';
import { base, plan, preCreate } from './plan.fixture.ts';
import { runPreCreate } from './runner.ts';

const _postReady: PostReadyInput = { ...base, containerId: 'c1', results: [] };
const _onFailure: OnFailureInput = { ...base, error: { code: 'PORT_TAKEN', message: 'taken' }, step: 'start' };

describe('pre-create', () => {
  it('runs one after the other in order, each with the plan as the ones before left it', async () => {
    const slow = `export default async ({ plan }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { patch: { env: { TRAIL: (plan.env.TRAIL ?? '') + 'slow ', SLOW: '1' } } };
    };`;
    const fast = (name: string) =>
      `export default ({ plan }) => ({ patch: { env: { TRAIL: (plan.env.TRAIL ?? '') + '${name} ' } } });`;
    const hooks = await hooksOf('pre-create', [
      plugin('last', 'pre-create', fast('last'), { order: 900 }),
      plugin('bbb', 'pre-create', fast('bbb')),
      plugin('aaa', 'pre-create', slow),
      plugin('first', 'pre-create', fast('first'), { order: -1 }),
    ]);
    const result = await runPreCreate(hooks, preCreate, {
      ...options,
      provenance: { 'env.SLOW': 'gpu x', 'limits.pids': 'gpu x' },
    });
    expect(result.plan.env.TRAIL).toBe('first slow bbb last ');
    expect(result.provenance).toEqual({ 'env.TRAIL': 'last@1.2.3', 'env.SLOW': 'aaa@1.2.3', 'limits.pids': 'gpu x' });
    expect(preCreate.plan).toEqual(plan);
  });

  it('without hooks gives the plan back', async () => {
    expect(await runPreCreate([], preCreate, options)).toEqual({ plan, provenance: {} });
  });

  it('a veto ends it, names the plugin, and asks nobody after it', async () => {
    const hooks = await hooksOf('pre-create', [
      plugin(
        'aaa',
        'pre-create',
        `export default () => ({ veto: { reason: 'no\\u001b[31m sandboxes on Fridays', hint: 'wait' }, patch: { env: { A: '1' } } });`,
      ),
      plugin('bbb', 'pre-create', `export default () => { globalThis.vetoed = true; };`),
    ]);
    expect(await failure(runPreCreate(hooks, preCreate, options))).toMatchObject({
      code: 'HOOK_VETO',
      plugin: 'aaa@1.2.3',
      message: 'Plugin aaa@1.2.3 forbids this: no sandboxes on Fridays',
      hint: 'wait',
    });
    expect(globalThis).not.toHaveProperty('vetoed');
  });

  it('a refused patch ends it', async () => {
    const hooks = await one('pre-create', `export default () => ({ patch: { privileged: true } });`);
    expect(await failure(runPreCreate(hooks, preCreate, options))).toMatchObject({
      code: 'PLAN_PATCH_REFUSED',
      plugin: 'acme@1.2.3',
    });
  });

  it('validates the plan after each patch, and says whose patch it was', async () => {
    const validatePlan = vi.fn((patched: ContainerSpec) => {
      if (patched.env.B) throw new Error('B is too much');
    });
    const hooks = await hooksOf('pre-create', [
      plugin('aaa', 'pre-create', `export default () => ({ patch: { env: { A: '1' } } });`),
      plugin('bbb', 'pre-create', `export default () => ({ patch: { env: { B: '1' } } });`),
      plugin('ccc', 'pre-create', `export default () => undefined;`),
    ]);
    const error = await failure(runPreCreate(hooks, preCreate, { ...options, validatePlan }));
    expect(error).toMatchObject({ code: 'PLAN_PATCH_REFUSED', plugin: 'bbb@1.2.3' });
    expect(error.message).toContain('B is too much');
    expect(validatePlan.mock.calls.map(([patched]) => Object.keys(patched.env).length)).toEqual([3, 4]);
  });

  it.each([
    ['plan.env.X = "y"', /Likely cause: it tries to change its input, which is frozen/],
    ['plan.capAdd.push("SYS_ADMIN")', /frozen/],
    ['delete plan.env.PATH', /frozen/],
    ['plan.limits.pids = -1', /frozen/],
  ])('a plugin that mutates its input fails: %s', async (statement, message) => {
    const hooks = await one('pre-create', `export default ({ plan }) => { ${statement}; };`);
    const error = await failure(runPreCreate(hooks, preCreate, options));
    expect(error).toMatchObject({ code: 'HOOK_FAILED', plugin: 'acme@1.2.3' });
    expect(error.message).toMatch(message);
    expect(preCreate.plan).toEqual(plan);
  });

  it('a plugin that changes what it returned, later, changes nothing', async () => {
    const hooks = await one(
      'pre-create',
      `export default () => { const env = { A: '1' }; setTimeout(() => { env.A = '2'; env.LD_PRELOAD = 'x'; }, 0); return { patch: { env } }; };`,
    );
    const result = await runPreCreate(hooks, preCreate, options);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(result.plan.env).toEqual({ ...plan.env, A: '1' });
  });
});

describe('a broken plugin', () => {
  it.each([
    [
      'throws at import',
      `throw new Error('no licence');`,
      'PLUGIN_IMPORT_FAILED',
      /the import of hook\.js .*no licence/,
    ],
    ['does not parse', `export default (`, 'PLUGIN_IMPORT_FAILED', /does not parse on Node/],
    [
      'lacks a dependency',
      `import 'not-there-at-all'; export default () => {};`,
      'PLUGIN_IMPORT_FAILED',
      /a dependency of it is not installed/,
    ],
    ['exports no function', `export default {};`, 'PLUGIN_WRONG_EXPORT', /hook pre-create.*must be a function/],
    [
      'throws',
      `export default () => { throw new TypeError('boom'); };`,
      'HOOK_FAILED',
      /^Plugin acme@1\.2\.3 failed in hook pre-create after .*s: TypeError: boom\. Likely cause: a fault in its code at .*hook\.js:1\.$/,
    ],
    ['rejects', `export default async () => { throw new Error('boom'); };`, 'HOOK_FAILED', /boom/],
    [
      'rejects with nothing',
      `export default () => Promise.reject();`,
      'HOOK_FAILED',
      /Likely cause: it threw something that is not an Error/,
    ],
    [
      'returns text',
      `export default () => 'yes';`,
      'HOOK_BAD_OUTPUT',
      /returned something from hook pre-create that it cannot/,
    ],
    ['returns null', `export default () => null;`, 'HOOK_BAD_OUTPUT', /hook pre-create/],
    ['returns a misspelt key', `export default () => ({ pathc: {} });`, 'HOOK_BAD_OUTPUT', /pathc/],
    ['returns a function', `export default () => () => 1;`, 'HOOK_BAD_OUTPUT', /it is a function/],
    ['returns a Map', `export default () => ({ patch: new Map() });`, 'HOOK_BAD_OUTPUT', /patch is a Map/],
    [
      'returns a cycle',
      `export default () => { const patch = {}; patch.env = patch; return { patch }; };`,
      'HOOK_BAD_OUTPUT',
      /contains itself/,
    ],
    [
      'returns a trap',
      `export default () => ({ get patch() { throw new Error('trap'); } });`,
      'HOOK_BAD_OUTPUT',
      /trap/,
    ],
    [
      'returns an empty veto',
      `export default () => ({ veto: { reason: ' ' } });`,
      'HOOK_BAD_OUTPUT',
      /veto\.reason: must not be empty/,
    ],
  ])('that %s is named, with the likely cause', async (_name, source, code, message) => {
    const error = await failure(runPreCreate(await one('pre-create', source), preCreate, options));
    expect(error).toMatchObject({ code, plugin: 'acme@1.2.3' });
    expect(error.message).toMatch(message);
  });

  it('keeps the code and hint of its own coded error, and the error says where it was', async () => {
    const source = (code: string) =>
      `export default () => { throw Object.assign(new Error('no seat left'), { name: 'CodedError', code: '${code}', hint: 'buy one' }); };`;
    const error = await failure(runPreCreate(await one('pre-create', source('ACME_LICENCE')), preCreate, options));
    expect(error).toMatchObject({
      code: 'ACME_LICENCE',
      hint: 'buy one',
      plugin: 'acme@1.2.3',
      details: { call: 'hook pre-create' },
    });
    expect(error.message).toMatch(/^Plugin acme@1\.2\.3, hook pre-create, after .*: no seat left$/);
    expect(
      await failure(runPreCreate(await one('pre-create', source('not a code')), preCreate, options)),
    ).toMatchObject({ code: 'HOOK_FAILED' });
  });
});

describe('time and interruption', () => {
  it.each([
    ['waits for ever', `export default () => new Promise(() => {});`],
    ['hangs at import', `await new Promise(() => {}); export default () => {};`],
  ])('a plugin that %s is given up after its own bound', async (_name, source) => {
    const error = await failure(runPreCreate(await one('pre-create', source, 60), preCreate, options));
    expect(error).toMatchObject({ code: 'HOOK_TIMEOUT', plugin: 'acme@1.2.3' });
    expect(error.message).toMatch(/did not finish hook pre-create within 60 ms/);
  });

  it('the signal of a hook is aborted with its time box, and what it does after that is ignored', async () => {
    const onLog = vi.fn();
    const source = `export default (_input, { signal, log }) => {
      log('begun\\n\\u001b[2J');
      return new Promise((resolve) => signal.addEventListener('abort', () => {
        log('tidying');
        setTimeout(() => { log('too late'); resolve({ patch: { env: { LATE: '1' } } }); }, 400);
      }));
    };`;
    const error = await failure(runPreCreate(await one('pre-create', source, 60), preCreate, { ...options, onLog }));
    expect(error.code).toBe('HOOK_TIMEOUT');
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect(onLog.mock.calls).toEqual([
      ['acme@1.2.3', 'begun'],
      ['acme@1.2.3', 'tidying'],
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'])('%s ends the hook that runs, and begins none after it', async (signal) => {
    const user = new AbortController();
    const hooks = await hooksOf('pre-create', [
      plugin(
        'aaa',
        'pre-create',
        `export default (_input, { log }) => { log('running'); return new Promise(() => {}); };`,
      ),
      plugin('bbb', 'pre-create', `export default (_input, { log }) => log('never');`),
    ]);
    const onLog = vi.fn(() => user.abort(signal));
    expect(await failure(runPreCreate(hooks, preCreate, { ...options, signal: user.signal, onLog }))).toMatchObject({
      code: 'INTERRUPTED',
      plugin: 'aaa@1.2.3',
      cause: signal,
    });
    expect(onLog).toHaveBeenCalledTimes(1);
  });
});

describe('the context', () => {
  it('holds the environment that was passed in, and cannot be changed', async () => {
    const source = `export default (_input, context) => {
      try { context.env.X = 'changed'; } catch {}
      try { context.log = () => {}; } catch {}
      return { patch: { env: { SEEN: String(context.env.X) + String(context.signal.aborted) } } };
    };`;
    const env = { X: 'given' };
    const result = await runPreCreate(await one('pre-create', source), preCreate, { ...options, env });
    expect(result.plan.env.SEEN).toBe('givenfalse');
    expect(env).toEqual({ X: 'given' });
  });
});

describe('without guards of the caller', () => {
  it('hooks are guarded for as long as they run, and nothing stays', async () => {
    const listeners = () => ['unhandledRejection', 'uncaughtException'].map((event) => process.listenerCount(event));
    const before = listeners();
    const during: number[][] = [];
    const hooks = await one('pre-create', `export default (_input, { log }) => log('running');`);
    await runPreCreate(hooks, preCreate, { env: {}, onLog: () => during.push(listeners()) });
    expect(during).toEqual([before.map((count) => count + 1)]);
    expect(listeners()).toEqual(before);
  });
});
