import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A connection agent for one request: its connection comes from `open`, whenever that is, and is never used again. */
export class FrontDoorAgent extends Agent {
  readonly #open: () => Promise<Socket>;

  constructor(open: () => Promise<Socket>) {
    super({ keepAlive: false });
    this.#open = open;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const done = callback as (error: Error | null, socket?: Duplex) => void;
    this.#open().then(
      (socket) => done(null, socket),
      (error: Error) => done(error),
    );
    return undefined;
  }
}
