import { connect, createServer, type Server, type Socket } from 'node:net';
import { FRONT_DOOR_PASS } from '@nemoclaw/plugin-api';
import type { Sight } from '../listener/verified.ts';
import { readTcpRows } from '../procfs/read.ts';
import { gonePeers } from './gone.ts';

export interface FrontDoorLimits {
  holdMs: number;
  held: number;
  /** Each takes two descriptors; more are refused, so that the supervisor never runs out of them. */
  passing: number;
  /** How many are connected to the gateway at a time: a gateway's own queue of unaccepted connections is short. */
  reaching: number;
  /** How often held connections are looked at. */
  sweepMs: number;
}

const FRONT_DOOR_LIMITS: FrontDoorLimits = {
  holdMs: 60_000,
  held: 512,
  passing: 2_048,
  reaching: 32,
  sweepMs: 1_000,
};
/** Before the gateway is tried again that listens and did not take a connection, or that could not be looked at. */
const PAUSE_MS = 50;

/** What the door asks about the gateway; all of it is the Gateway's to know. */
export interface DoorTarget {
  /** Inode of the verified listener, or `undefined` while nothing may pass. */
  verified(): string | undefined;
  /** Whether that very listener is still the gateway's only one. */
  sight(inode: string): Promise<Sight>;
  lost(inode: string): void;
  onOpen(tell: () => void): () => void;
  port(): number;
}

interface Held {
  client: Socket;
  localPort: number;
  address: string;
  port: number;
  timer: NodeJS.Timeout;
  trying: boolean;
}

type Attempt = 'passed' | 'client_gone' | 'listener_gone' | 'again';

/**
 * The one port by which the sandbox is reached. Root has it from the start and never lets it go; a connection is held
 * unread until the gateway's listener is verified, and verified again between connect and the first byte.
 */
export class FrontDoor {
  private readonly target: DoorTarget;
  private readonly limits: FrontDoorLimits;
  private readonly server: Server;
  private readonly waiting = new Set<Held>();
  private readonly passing = new Set<Socket>();
  private sweep: NodeJS.Timeout | undefined;
  private reaching = 0;
  private passed = 0;
  private refused = 0;

  constructor(target: DoorTarget, limits: FrontDoorLimits = FRONT_DOOR_LIMITS) {
    this.target = target;
    this.limits = limits;
    this.server = createServer(
      { pauseOnConnect: true, allowHalfOpen: true, noDelay: true, keepAlive: true },
      (client) => this.arrive(client),
    );
    target.onOpen(() => this.admit());
  }

  listen(port: number, host = '0.0.0.0'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, 1_024, () => {
        this.server.off('error', reject);
        // An accept that fails (no file descriptors left) must not end the supervisor.
        this.server.on('error', () => {});
        resolve((this.server.address() as { port: number }).port);
      });
    });
  }

  counts(): { passed: number; held: number; refused: number } {
    return { passed: this.passed, held: this.waiting.size, refused: this.refused };
  }

  async close(): Promise<void> {
    clearInterval(this.sweep);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const held of this.waiting) this.refuse(held);
    for (const client of this.passing) client.destroy();
    await closed;
  }

  private arrive(client: Socket): void {
    client.on('error', () => {});
    const { remoteAddress, remotePort, localPort } = client;
    if (
      this.waiting.size >= this.limits.held ||
      this.waiting.size + this.passing.size >= this.limits.passing ||
      remoteAddress === undefined ||
      remotePort === undefined ||
      localPort === undefined
    ) {
      this.refused += 1;
      client.resetAndDestroy();
      return;
    }
    const held: Held = {
      client,
      localPort,
      address: remoteAddress,
      port: remotePort,
      timer: setTimeout(() => this.refuse(held), this.limits.holdMs),
      trying: false,
    };
    this.waiting.add(held);
    client.once('close', () => this.forget(held));
    this.sweep ??= setInterval(() => void this.dropGone(), this.limits.sweepMs);
    this.admit();
  }

  private forget(held: Held): void {
    clearTimeout(held.timer);
    this.waiting.delete(held);
    if (this.waiting.size > 0) return;
    clearInterval(this.sweep);
    this.sweep = undefined;
  }

  private refuse(held: Held): void {
    this.refused += 1;
    this.forget(held);
    held.client.resetAndDestroy();
  }

  private async dropGone(): Promise<void> {
    const held = [...this.waiting];
    // What can't be looked at now is looked at in the next round.
    for (const gone of gonePeers(held, await readTcpRows().catch(() => undefined))) {
      if (!this.waiting.has(gone)) continue;
      this.forget(gone);
      gone.client.destroy();
    }
  }

  /** Lets the oldest ones try, as many at a time as the gateway can take. */
  private admit(): void {
    for (const held of this.waiting) {
      if (this.reaching >= this.limits.reaching || this.target.verified() === undefined) return;
      if (!held.trying) void this.tryPass(held).then(() => this.admit());
    }
  }

  private async tryPass(held: Held): Promise<void> {
    held.trying = true;
    this.reaching += 1;
    try {
      for (let inode = this.target.verified(); inode !== undefined; inode = this.target.verified()) {
        const attempt = await this.attempt(held, inode);
        if (attempt === 'passed' || attempt === 'client_gone') return;
        if (attempt === 'listener_gone') this.target.lost(inode);
        else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    } finally {
      held.trying = false;
      this.reaching -= 1;
    }
  }

  /** Connects, then looks whether that listener still listens; whatever is not right leaves the client held, with nothing sent or read. */
  private async attempt(held: Held, inode: string): Promise<Attempt> {
    const upstream = await this.reach();
    const sight = await this.target.sight(inode);
    if (upstream && sight === 'same' && this.waiting.has(held)) {
      this.pass(held, upstream);
      return 'passed';
    }
    upstream?.destroy();
    if (!this.waiting.has(held)) return 'client_gone';
    return sight === 'gone' ? 'listener_gone' : 'again';
  }

  private reach(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const upstream = connect({ host: '127.0.0.1', port: this.target.port(), allowHalfOpen: true, noDelay: true });
      const failed = (): void => {
        upstream.destroy();
        resolve(undefined);
      };
      upstream.setTimeout(5_000, failed);
      upstream.once('error', failed);
      upstream.once('connect', () => {
        upstream.setTimeout(0);
        upstream.off('error', failed);
        upstream.on('error', () => {});
        resolve(upstream);
      });
    });
  }

  private pass(held: Held, upstream: Socket): void {
    const { client } = held;
    this.forget(held);
    this.passed += 1;
    this.passing.add(client);
    client.write(FRONT_DOOR_PASS);
    // Each end is passed on by itself (half-close); a side that breaks breaks the other, so that a cut answer looks cut.
    client.pipe(upstream);
    upstream.pipe(client);
    upstream.once('close', (broken) => (broken ? client.resetAndDestroy() : client.destroySoon()));
    client.once('close', (broken) => {
      this.passing.delete(client);
      if (broken) upstream.resetAndDestroy();
      else upstream.destroySoon();
    });
  }
}
