import { describe, expect, it } from 'vitest';
import type { AgentRunResult } from '../probe.ts';
import { judgeIdentity } from './judge-identity.ts';
import { parseProof } from './proof-program.ts';

const exited = (stdout: string, exitCode = 0, stderr = ''): AgentRunResult => ({
  outcome: 'exited',
  exitCode,
  stdout,
  stderr,
  identity: { uid: 1, gid: 1, groups: [], netns: '1', pidns: '1', mntns: '1' },
  gateway: undefined,
});
const smi = exited('{"present":false}');
const detailOf = (proof: AgentRunResult, name: string) =>
  judgeIdentity('tools', { proof, smi }).find((check) => check.name === name);

describe('a proof program that the driver took down', () => {
  const broken = '{"uid":1,"gid":1,"comm":"ok","devices":["/dev/nvidia0"],"refused":[]';

  it.each([
    ['before the library was loaded', broken, undefined],
    ['inside cuInit', `${broken},"dlopen":"ok"`, 'ok'],
    ['in the middle of a word', `${broken},"dlopen":"o`, undefined],
  ])('keeps what was learned first: %s', (_title, text, dlopen) => {
    expect(parseProof(text)).toEqual({ comm: 'ok', devices: ['/dev/nvidia0'], refused: [], dlopen, cuInit: undefined });
  });

  it('passes the devices and fails CUDA, with the exit code', () => {
    const proof = exited(`${broken},"dlopen":"ok"`, 139, 'Segmentation fault');
    expect(detailOf(proof, 'device_nodes')).toMatchObject({ outcome: 'ok', detail: '/dev/nvidia0' });
    expect(detailOf(proof, 'cu_init')).toMatchObject({
      outcome: 'failed',
      detail: 'cuInit ended the process (exit 139 Segmentation fault)',
    });
  });
});

describe('what a check tells', () => {
  const report = (overrides: object) =>
    exited(
      JSON.stringify({ comm: 'ok', devices: ['/dev/nvidia0'], refused: [], dlopen: 'ok', cuInit: 0, ...overrides }),
    );

  it('names the CUDA error', () => {
    expect(detailOf(report({ cuInit: 100 }), 'cu_init')?.detail).toBe('cuInit gave 100 (CUDA_ERROR_NO_DEVICE)');
    expect(detailOf(report({ cuInit: 5555 }), 'cu_init')?.detail).toBe('cuInit gave 5555');
  });

  it('names the node that refuses, and why', () => {
    expect(detailOf(report({ refused: [{ path: '/dev/nvidia0', error: 'EPERM' }] }), 'device_nodes')?.detail).toBe(
      'not to be opened: /dev/nvidia0 (EPERM)',
    );
  });

  it('tells a missing library from one that does not load', () => {
    const missing = 'libcuda.so.1: cannot open shared object file: No such file or directory';
    const dependency = 'libnvidia-x.so: cannot open shared object file: No such file or directory';
    expect(detailOf(report({ dlopen: missing, cuInit: null }), 'cu_init')?.outcome).toBe('skipped');
    expect(detailOf(report({ dlopen: dependency, cuInit: null }), 'cu_init')?.outcome).toBe('failed');
  });

  it('is safe for a terminal', () => {
    expect(detailOf(report({ comm: '\u001b[2J' }), 'comm_write')?.detail).toBe('a thread may not name itself ([2J)');
  });
});

it.each(['', 'null', '[]', '{}', '{"comm":"ok"}', '{"comm":"ok","devices":[1],"refused":[]}'])(
  'refuses %j as a proof',
  (text) => expect(parseProof(text)).toBeUndefined(),
);
