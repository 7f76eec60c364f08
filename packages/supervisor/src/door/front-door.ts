import { connect, createServer, type Server, type Socket } from 'node:net';
import { FRONT_DOOR_PASS } from '@nemoclaw/plugin-api';
import { readTcpRows } from '../procfs/read.ts';
import { gonePeers } from './gone.ts';

export interface FrontDoorLimits {
  holdMs: number;
  held: number;
  /** How often held connections are looked at. */
  sweepMs: number;
}

const FRONT_DOOR_LIMITS: FrontDoorLimits = { holdMs: 60_000, held: 512, sweepMs: 1_000 };

/** What the door asks about the gateway; all of it is the Gateway's to know. */
export interface DoorTarget {
  /** Inode of the verified listener, or `undefined` while nothing may pass. */
  verified(): string | undefined;
  /** Whether that very listener is still the only one. */
  confirm(inode: string): Promise<boolean>;
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
  private passed = 0;
  private refused = 0;

  constructor(target: DoorTarget, limits: FrontDoorLimits = FRONT_DOOR_LIMITS) {
    this.target = target;
    this.limits = limits;
    this.server = createServer(
      { pauseOnConnect: true, allowHalfOpen: true, noDelay: true, keepAlive: true },
      (client) => this.arrive(client),
    );
    target.onOpen(() => {
      for (const held of this.waiting) void this.tryPass(held);
    });
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
    void this.tryPass(held);
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
    for (const gone of gonePeers(held, await readTcpRows())) {
      if (!this.waiting.has(gone)) continue;
      this.forget(gone);
      gone.client.destroy();
    }
  }

  /** Connects to the verified listener; whatever is not right then leaves the client held, with nothing sent or read. */
  private async tryPass(held: Held): Promise<void> {
    if (held.trying || !this.waiting.has(held)) return;
    held.trying = true;
    try {
      for (let inode = this.target.verified(); inode !== undefined; inode = this.target.verified()) {
        const upstream = await this.reach();
        const sure = upstream !== undefined && (await this.target.confirm(inode));
        if (!this.waiting.has(held)) return void upstream?.destroy();
        if (upstream && sure) return this.pass(held, upstream);
        upstream?.destroy();
        this.target.lost(inode);
      }
    } finally {
      held.trying = false;
    }
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
