import type { AgentRunResult } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { judgeAttempt } from './judge-attempt.ts';
import type { RequestReport } from './request-program.ts';

type Found = RequestReport extends infer R ? (R extends RequestReport ? Omit<R, 'netns'> : never) : never;

const HERE = '4026532001';
const answered = (status: number): Found => ({ outcome: 'answered', status, head: '{"data":[]}', models: 0 });
interface Where {
  ranIn?: string;
  sawItselfIn?: string;
  /** `null`: there is none. */
  gateway?: string | null;
  exitCode?: number;
  stderr?: string;
}

const ran = (
  found: Found | string,
  { ranIn = HERE, sawItselfIn = ranIn, gateway = HERE, exitCode = 0, stderr = '' }: Where = {},
): AgentRunResult => ({
  outcome: 'exited',
  exitCode,
  stdout: typeof found === 'string' ? found : JSON.stringify({ netns: sawItselfIn, ...found }),
  stderr,
  identity: { uid: 64101, gid: 64101, groups: [], netns: ranIn, pidns: '1', mntns: '1' },
  gateway: gateway === null ? undefined : { pid: 7, netns: gateway },
});
const failed = (phase: Extract<RequestReport, { outcome: 'failed' }>['phase'], error: string): Found => ({
  outcome: 'failed',
  phase,
  error,
  message: 'in words',
});

describe('judging an attempt', () => {
  it.each<[string, AgentRunResult, string, string, boolean]>([
    ['200', ran(answered(200)), 'ok', 'http', false],
    ['204', ran(answered(204)), 'ok', 'http', false],
    ['302', ran(answered(302)), 'client_error', 'http', true],
    ['400', ran(answered(400)), 'client_error', 'http', true],
    ['401', ran(answered(401)), 'unauthorized', 'policy', true],
    ['403', ran(answered(403)), 'unauthorized', 'policy', true],
    ['404', ran(answered(404)), 'not_found', 'http', true],
    ['429', ran(answered(429)), 'client_error', 'http', true],
    ['500', ran(answered(500)), 'server_error', 'model', true],
    ['503', ran(answered(503)), 'server_error', 'model', true],
    ['unknown name', ran(failed('dns', 'ENOTFOUND')), 'dns_failed', 'dns', true],
    ['refused', ran(failed('tcp', 'ECONNREFUSED')), 'refused', 'tcp', true],
    ['unreachable', ran(failed('tcp', 'ENETUNREACH')), 'refused', 'tcp', true],
    ['bad certificate', ran(failed('tls', 'CERT_HAS_EXPIRED')), 'tls_failed', 'tls', true],
    ['no authority file', ran(failed('ca', 'ENOENT')), 'tls_failed', 'tls', true],
    ['cut off', ran(failed('http', 'ECONNRESET')), 'refused', 'http', true],
    ['silence on TCP', ran({ outcome: 'timed_out', phase: 'tcp' }), 'timeout', 'tcp', true],
    ['silence on HTTP', ran({ outcome: 'timed_out', phase: 'http' }), 'timeout', 'http', true],
    ['a program that hangs', { outcome: 'timed_out', stdout: '', stderr: '' }, 'timeout', 'tool', true],
    ['200 from another namespace', ran(answered(200), { ranIn: '1' }), 'wrong_namespace', 'tool', false],
    ['200 while no gateway runs', ran(answered(200), { gateway: null }), 'wrong_namespace', 'tool', true],
    ['200 from nowhere', ran(answered(200), { ranIn: '', gateway: '' }), 'wrong_namespace', 'tool', false],
    ['200 with two witnesses at odds', ran(answered(200), { sawItselfIn: '1' }), 'wrong_namespace', 'tool', false],
    ['nonsense', ran('Segmentation fault', { exitCode: 139 }), 'exec_failed', 'engine', true],
    ['nonsense elsewhere', ran('Segmentation fault', { exitCode: 139, ranIn: '1' }), 'wrong_namespace', 'tool', false],
    [
      'no Node in the image',
      ran('', { exitCode: 127, stderr: 'setpriv: failed to execute /opt/node/bin/node: No such file or directory' }),
      'no_client',
      'tool',
      false,
    ],
    [
      'Node that may not be executed',
      ran('', { exitCode: 126, stderr: 'setpriv: failed to execute /opt/node/bin/node: Permission denied' }),
      'exec_failed',
      'engine',
      true,
    ],
    ['no supervisor', { outcome: 'not_run', reason: 'control', message: 'no answer' }, 'exec_failed', 'engine', true],
    ['no program', { outcome: 'not_run', reason: 'ENOENT', message: 'gone' }, 'no_client', 'tool', false],
  ])('%s', (_title, result, code, layer, retry) => {
    expect(judgeAttempt(result)).toMatchObject({ code, layer, retry });
  });

  it('takes control characters out of what a provider says', () => {
    const { detail } = judgeAttempt(ran({ outcome: 'answered', status: 500, head: 'bad\u001b[2J\nmodel' }));
    expect(detail).toBe('answered 500: bad [2J model');
  });
});
