import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFrontDoor } from '../testing/front-door.ts';
import { call, freePort, until } from '../testing/http.ts';
import { errorOf, startAt } from '../testing/ingress.ts';

describe('a WebSocket through ingress', () => {
  it('carries a WebSocket both ways, and ends it when either side ends', async () => {
    const door = await startFrontDoor(() => {});
    const { server, port } = await startAt(door.port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    await once(socket, 'open');
    socket.send('hello');
    const [message] = (await once(socket, 'message')) as [MessageEvent];
    expect(message.data).toBe('hello');
    expect(server.status().active).toBe(1);
    const closed = once(socket, 'close');
    await door.leave();
    // Clean, and with the code that says "call again".
    expect((await closed)[0]).toMatchObject({ code: 1012, wasClean: true });
    await until(() => server.status().active === 0);
  });

  it('passes on the gateway’s own goodbye, and adds none to it', async () => {
    const door = await startFrontDoor(() => {});
    const { port } = await startAt(door.port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    socket.send('say goodbye');
    expect((await closed)[0]).toMatchObject({ code: 4000, wasClean: true });
  });

  it('says goodbye to all when the relay stops', async () => {
    const door = await startFrontDoor(() => {});
    const { server, port } = await startAt(door.port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await server.close(1_000);
    expect((await closed)[0]).toMatchObject({ code: 1001, wasClean: true });
  });

  it('lets go of a WebSocket whose gateway is gone though its client never hangs up', async () => {
    const door = await startFrontDoor(() => {});
    const { server, port } = await startAt(door.port);
    const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void client.destroy());
    client.write(
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\n\r\n',
    );
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 101/);
    await door.leave();
    await until(() => server.status().active === 0);
  });

  it('holds a WebSocket’s handshake, and answers it 503 when the hold is over', async () => {
    const door = await startFrontDoor(() => {}, { mode: 'hold' });
    const { port, server, settings } = await startAt(door.port);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await until(() => door.held.length === 1);
    door.passAll();
    await once(socket, 'open');
    socket.close();

    server.reload({ ...settings, holdMs: 100, target: { host: '127.0.0.1', port: await freePort() } });
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
    };
    const refused = await call({ port, headers });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(errorOf(refused.text).code).toBe('gateway_unavailable');
  });
});
