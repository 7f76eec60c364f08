import type { OnFailureInput, PostReadyInput } from '@nemoclaw/plugin-api';
import { describe, expect, it, vi } from 'vitest';
import { failure, hooksOf, one, options, plugin } from './hook.fixture.ts';
import { base } from './plan.fixture.ts';
import { runOnFailure, runPostReady } from './runner.ts';

const postReady: PostReadyInput = { ...base, containerId: 'c1', results: [] };
const onFailure: OnFailureInput = { ...base, error: { code: 'PORT_TAKEN', message: 'taken' }, step: 'start' };

describe('post-ready', () => {
  const finding = (level: string, summary: string) =>
    `{ level: '${level}', summary: '${summary}', evidence: { n: 1 }, remedy: ['do this', 'then that'] }`;

  it('collects findings in order, with the plugin that found them', async () => {
    const hooks = await hooksOf('post-ready', [
      plugin('bbb', 'post-ready', `export default async () => [${finding('warn', 'slow')}];`),
      plugin('aaa', 'post-ready', `export default ({ containerId }) => [{ level: 'ok', summary: containerId }];`),
      plugin('ccc', 'post-ready', `export default () => {};`),
    ]);
    expect((await runPostReady(hooks, postReady, options)).findings).toEqual([
      { level: 'ok', summary: 'c1', plugin: 'aaa@1.2.3' },
      { level: 'warn', summary: 'slow', evidence: { n: 1 }, remedy: ['do this', 'then that'], plugin: 'bbb@1.2.3' },
    ]);
  });

  it('a finding that fails, fails the operation, with its remedy and all that was found so far', async () => {
    const hooks = await hooksOf('post-ready', [
      plugin('aaa', 'post-ready', `export default () => [${finding('warn', 'slow')}];`),
      plugin(
        'bbb',
        'post-ready',
        `export default () => [${finding('ok', 'fine')}, ${finding('fail', 'leaks')}, ${finding('warn', 'ugly')}];`,
      ),
      plugin('ccc', 'post-ready', `export default () => { globalThis.asked = true; };`),
    ]);
    const error = await failure(runPostReady(hooks, postReady, options));
    expect(error).toMatchObject({
      code: 'HOOK_FINDING',
      plugin: 'bbb@1.2.3',
      message: 'Plugin bbb@1.2.3: leaks',
      hint: 'do this\nthen that',
    });
    const found = (error.details?.findings ?? []) as { summary: string }[];
    expect(found.map((entry) => entry.summary)).toEqual(['slow', 'fine', 'leaks', 'ugly']);
    expect(globalThis).not.toHaveProperty('asked');
  });

  it.each([
    `[{ level: 'bad', summary: 'x' }]`,
    `[{ level: 'ok' }]`,
    `{ level: 'ok', summary: 'x' }`,
    `[{ level: 'ok', summary: 'x', extra: 1 }]`,
  ])('nonsense is refused: %s', async (output) => {
    const error = await failure(
      runPostReady(await one('post-ready', `export default () => (${output});`), postReady, options),
    );
    expect(error).toMatchObject({ code: 'HOOK_BAD_OUTPUT', plugin: 'acme@1.2.3' });
  });
});

describe('on-failure', () => {
  it('runs all in reverse order, whatever happens to one of them, and never rejects', async () => {
    const onLog = vi.fn();
    const say = (what: string) => `export default async (_input, { log }) => { log('called'); ${what} };`;
    const hooks = await hooksOf('on-failure', [
      plugin('aaa', 'on-failure', say(`return { note: 'freed the seat' };`)),
      plugin('bbb', 'on-failure', say(`throw new Error('boom');`)),
      plugin('ccc', 'on-failure', say(`await new Promise(() => {});`), { timeoutMs: 60 }),
      plugin('ddd', 'on-failure', say(`return 5;`)),
      plugin('eee', 'on-failure', `throw new Error('import');`),
      plugin('fff', 'on-failure', say(`return { note: _input.error.code + ' at ' + _input.step };`)),
    ]);
    const result = await runOnFailure(hooks, onFailure, { ...options, onLog });
    expect(onLog.mock.calls.map(([name]) => name)).toEqual([
      'fff@1.2.3',
      'ddd@1.2.3',
      'ccc@1.2.3',
      'bbb@1.2.3',
      'aaa@1.2.3',
    ]);
    expect(result.notes).toEqual(['fff@1.2.3: PORT_TAKEN at start', 'aaa@1.2.3: freed the seat']);
    expect(result.errors.map((error) => [error.plugin, error.code])).toEqual([
      ['eee@1.2.3', 'PLUGIN_IMPORT_FAILED'],
      ['ddd@1.2.3', 'HOOK_BAD_OUTPUT'],
      ['ccc@1.2.3', 'HOOK_TIMEOUT'],
      ['bbb@1.2.3', 'HOOK_FAILED'],
    ]);
  });

  it('is told of the signal that interrupted, and runs although the user has', async () => {
    const hooks = await one(
      'on-failure',
      `export default ({ interruptedBy }, { signal }) => ({ note: interruptedBy + ' ' + signal.aborted });`,
    );
    const result = await runOnFailure(hooks, { ...onFailure, interruptedBy: 'SIGINT' }, options);
    expect(result).toEqual({ notes: ['acme@1.2.3: SIGINT false'], errors: [] });
  });

  it('the end of the budget cuts short the one that runs and those that wait', async () => {
    const budget = new AbortController();
    const hang = `export default (_input, { log }) => { log('called'); return new Promise(() => {}); };`;
    const hooks = await hooksOf('on-failure', [plugin('aaa', 'on-failure', hang), plugin('bbb', 'on-failure', hang)]);
    const onLog = vi.fn(() => budget.abort());
    const result = await runOnFailure(hooks, onFailure, { ...options, signal: budget.signal, onLog });
    expect(result.errors.map((error) => error.code)).toEqual(['INTERRUPTED', 'INTERRUPTED']);
    expect(onLog).toHaveBeenCalledTimes(1);
  });
});
