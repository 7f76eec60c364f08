import { CodedError, type HelperResult } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { judgeHelper, judgeThrown } from './judge-helper.ts';

const dial = { outcome: 'connected', address: '172.30.0.1', detail: '' };
const exited = (exitCode: number, stdout: string, stderr = ''): HelperResult => ({
  outcome: 'exited',
  exitCode,
  stdout,
  stderr,
});
const notStarted = (reason: Extract<HelperResult, { outcome: 'not_started' }>['reason']): HelperResult => ({
  outcome: 'not_started',
  reason,
  message: 'in the words of the engine',
});

describe('judging the helper', () => {
  it.each<[string, HelperResult, string]>([
    ['a clean answer', exited(0, JSON.stringify({ dials: [dial] })), 'dialled'],
    ['an answer for fewer endpoints', exited(0, '{"dials":[]}'), 'probe_unavailable'],
    ['an answer that is not JSON', exited(0, 'hello'), 'probe_unavailable'],
    ['a good answer with a bad exit', exited(3, JSON.stringify({ dials: [dial] })), 'probe_unavailable'],
    ['an unknown exit', exited(139, '', 'Segmentation fault'), 'probe_unavailable'],
    ['a helper that hangs', { outcome: 'timed_out', stdout: '', stderr: '' }, 'probe_timeout'],
    ['an unknown network', notStarted('network_not_found'), 'network_not_found'],
    ['a kernel without veth', notStarted('veth_unsupported'), 'veth_unsupported'],
    ['no engine', notStarted('engine_unreachable'), 'engine_unreachable'],
    ['no image', notStarted('image_not_found'), 'probe_unavailable'],
    ['any other reason', notStarted('other'), 'probe_unavailable'],
  ])('%s', (_title, result, expected) => {
    const verdict = judgeHelper(result, 1);
    expect(verdict.dialled ? 'dialled' : verdict.code).toBe(expected);
  });

  it('keeps what an unknown exit said', () => {
    expect(judgeHelper(exited(139, '', 'Segmentation fault'), 1)).toMatchObject({
      detail: 'the helper ended with 139: Segmentation fault',
    });
  });

  it.each([
    [new CodedError('ENGINE_NOT_RUNNING', { message: 'down' }), 'engine_unreachable'],
    [new CodedError('ENGINE_PERMISSION', { message: 'no' }), 'engine_unreachable'],
    [new CodedError('ENGINE_ERROR', { message: 'what' }), 'probe_unavailable'],
    [new TypeError('x is not a function'), 'probe_unavailable'],
    ['text', 'probe_unavailable'],
  ])('a driver that throws %s', (error, code) => expect(judgeThrown(error)).toMatchObject({ code }));
});
