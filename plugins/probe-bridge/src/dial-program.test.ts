import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIAL_PROGRAM, dialArguments, parseDials } from './dial-program.ts';

const run = async (endpoints: { host: string; port: number }[]) => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '-e',
    DIAL_PROGRAM,
    '--',
    dialArguments(endpoints, 2000),
  ]);
  return parseDials(stdout, endpoints.length);
};

describe('the program in the helper container', () => {
  let server: Server;
  let open: number;
  let closed: number;
  beforeAll(async () => {
    const listen = (one: Server) =>
      new Promise<number>((resolve) =>
        one.listen(0, '127.0.0.1', () => resolve((one.address() as { port: number }).port)),
      );
    server = createServer((socket) => socket.end());
    open = await listen(server);
    const gone = createServer();
    closed = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
  });
  afterAll(() => server.close());

  it('judges each endpoint on its own, in the order asked', async () => {
    expect(
      await run([
        { host: '127.0.0.1', port: closed },
        { host: '127.0.0.1', port: open },
        { host: 'nowhere.invalid', port: open },
      ]),
    ).toEqual([
      { outcome: 'refused', address: '127.0.0.1', detail: 'ECONNREFUSED' },
      { outcome: 'connected', address: '127.0.0.1', detail: '' },
      { outcome: 'unresolved', detail: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
    ]);
  });

  it('treats a host name that looks like an option or a command as a name', async () => {
    const dials = await run([{ host: '--version; $(id)', port: open }]);
    expect(dials?.[0]?.outcome).toBe('unresolved');
  });
});

describe('parsing its answer', () => {
  const good = { outcome: 'refused', address: '172.30.0.1', detail: 'ECONNREFUSED' };
  it('takes exactly the number asked for', () => {
    expect(parseDials(JSON.stringify({ dials: [good] }), 1)).toEqual([good]);
    expect(parseDials(JSON.stringify({ dials: [good] }), 2)).toBeUndefined();
  });
  it.each([
    '',
    'Segmentation fault',
    'null',
    '[]',
    '{"dials":"x"}',
    '{"dials":[null]}',
    '{"dials":[{"outcome":"fine","detail":""}]}',
  ])('refuses %j', (text) => expect(parseDials(text, 1)).toBeUndefined());
});
