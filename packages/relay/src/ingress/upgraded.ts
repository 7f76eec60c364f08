import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { closeFrame, FrameFollower, GOING_AWAY, SERVICE_RESTART } from './websocket-frames.ts';

/** The WebSockets that are through, each to be ended with a close frame that tells its client to call again. */
export class Upgraded {
  private readonly open = new Map<Duplex, (code: number, reason: string) => void>();

  /** To be called before anything else listens to `gateway`: the frame has to be written before the stream is ended. */
  add(client: Duplex, gateway: Socket): void {
    const frames = new FrameFollower();
    gateway.on('data', (chunk: Buffer) => frames.write(chunk));
    let said = false;
    const goodbye = (code: number, reason: string): void => {
      if (said || frames.closed || !frames.between || client.destroyed || client.writableEnded) return;
      said = true;
      client.write(closeFrame(code, reason));
    };
    const lost = (): void => goodbye(SERVICE_RESTART, 'the gateway is being restarted');
    gateway.once('end', lost).once('error', lost);
    gateway.once('close', () => {
      lost();
      // A half-open connection would stay for ever when one side vanishes.
      (client as Socket).destroySoon();
    });
    this.open.set(client, goodbye);
    client.once('close', () => this.open.delete(client));
  }

  endAll(): void {
    for (const [client, goodbye] of this.open) {
      goodbye(GOING_AWAY, 'the relay is stopping');
      (client as Socket).destroySoon();
    }
  }
}
