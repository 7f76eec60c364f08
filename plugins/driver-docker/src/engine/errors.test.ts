import { describe, expect, it } from 'vitest';
import { classify, type EngineErrorCode, engineError, isBroken, readFailure } from './errors.ts';

interface Case {
  code: EngineErrorCode;
  operation?: string;
  status?: number;
  errno?: string;
  message?: string;
}

/** Messages as Engine 28.5 gave them. */
const CASES: Case[] = [
  { code: 'ENGINE_NOT_RUNNING', errno: 'ENOENT' },
  { code: 'ENGINE_NOT_RUNNING', errno: 'ECONNREFUSED' },
  { code: 'ENGINE_NOT_RUNNING', errno: 'ENOTFOUND' },
  { code: 'ENGINE_NOT_RUNNING', errno: 'ECONNRESET', message: 'socket hang up' },
  { code: 'ENGINE_PERMISSION', errno: 'EACCES' },
  { code: 'ENGINE_NOT_FOUND', status: 404, message: 'No such container: x' },
  { code: 'ENGINE_CONFLICT', status: 409, message: 'Conflict. The container name "/x" is already in use' },
  { code: 'ENGINE_CONFLICT', status: 403, message: 'network x has active endpoints (name:"c" id:"1")' },
  {
    code: 'ENGINE_CONFLICT',
    status: 403,
    message: 'invalid pool request: Pool overlaps with other one on this address space',
  },
  { code: 'ENGINE_CONFLICT', operation: 'start container', status: 403, message: 'Address already in use' },
  {
    code: 'ENGINE_DISK_FULL',
    operation: 'start container',
    status: 500,
    message: 'mkdir /var/lib/docker/x: no space left on device',
  },
  { code: 'ENGINE_DISK_FULL', operation: 'build image', message: 'write /x: no space left on device' },
  {
    code: 'ENGINE_TOO_OLD',
    status: 400,
    message: 'client version 1.50 is too new. Maximum supported API version is 1.41',
  },
  {
    code: 'PORT_TAKEN',
    operation: 'start container',
    status: 500,
    message:
      'failed to set up container networking: driver failed programming external connectivity on endpoint x (1): Bind for 127.0.0.1:8080 failed: port is already allocated',
  },
  {
    code: 'PORT_TAKEN',
    operation: 'start container',
    status: 500,
    message:
      'failed to set up container networking: driver failed programming external connectivity on endpoint x (1): failed to bind host port for 127.0.0.1:8080:172.17.0.2:80/tcp: address already in use',
  },
  // The same words from a program inside are not the engine's port.
  { code: 'ENGINE_ERROR', operation: 'build image', message: 'bind: address already in use' },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'start container',
    status: 500,
    message: 'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=9',
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'start container',
    status: 500,
    message: 'could not select device driver "" with capabilities: [[gpu]]',
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'start container',
    status: 500,
    message: 'could not select device driver "cdi"',
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'create container',
    status: 400,
    message: 'unknown or invalid runtime name: nvidia',
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'start container',
    status: 500,
    message:
      'runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr:: unknown',
  },
  {
    code: 'GPU_INJECTION_FAILED',
    operation: 'start container',
    status: 500,
    message:
      'runc create failed: error running prestart hook #0: exit status 1, stdout: , stderr: initialization error',
  },
  {
    code: 'ENGINE_ERROR',
    operation: 'create container',
    status: 400,
    message: 'unknown or invalid runtime name: kata',
  },
  { code: 'ENGINE_ERROR', status: 500, message: 'boom' },
];

describe('classify', () => {
  it.each(CASES)(
    '$code: $operation $status $errno $message',
    ({ code, operation = 'inspect container', ...failure }) => {
      expect(
        classify({ operation, object: 'x' }, { status: undefined, errno: undefined, message: '', ...failure }),
      ).toBe(code);
    },
  );
});

describe('engineError', () => {
  const asked = { operation: 'start container', object: 'c1' };

  it('carries operation, object, status and the engine’s words', () => {
    const cause = Object.assign(new Error('(HTTP code 500) server error - boom '), {
      statusCode: 500,
      json: { message: 'boom' },
    });
    expect(engineError(asked, cause, 'unix:///s')).toMatchObject({
      code: 'ENGINE_ERROR',
      message: 'Could not start container c1: boom',
      details: { operation: 'start container', object: 'c1', status: 500, engineMessage: 'boom' },
      cause,
    });
  });

  it('says where no engine answers, and what to do', () => {
    const error = engineError(asked, Object.assign(new Error('connect ENOENT /s'), { code: 'ENOENT' }), 'unix:///s');
    expect(error.message).toBe('No Docker engine answers at unix:///s (ENOENT).');
    expect(error.hint).toContain('systemctl start docker');
  });

  it('does not claim to know what a broken connection did', () => {
    const error = engineError(asked, Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), 'unix:///s');
    expect(error.message).toContain('it is not known whether');
  });
});

describe('readFailure', () => {
  it('takes the modem’s frame off a message without a body', () => {
    const raw = Object.assign(new Error('(HTTP code 404) no such container - gone '), { statusCode: 404 });
    expect(readFailure(raw)).toEqual({ status: 404, errno: undefined, message: 'gone' });
  });

  it('shows the beginning of a body that is not JSON', () => {
    const raw = Object.assign(new Error('x'), { statusCode: 502, json: Buffer.from('<html>bad gateway') });
    expect(readFailure(raw).message).toBe('<html>bad gateway');
  });

  it('survives what is no error at all', () => {
    expect(readFailure(undefined).message).toBe('undefined');
    expect(isBroken('x')).toBe(false);
  });
});
