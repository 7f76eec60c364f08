import { IDS } from '@nemoclaw/plugin-api';
import type { Clock } from '../clock.ts';
import { environmentFor } from '../launcher/environment.ts';
import { readNetns } from '../launcher/identity.ts';
import { portView } from '../listener/check.ts';
import { evictForeign } from '../listener/evict.ts';
import { heldByTree } from '../listener/holders.ts';
import { type ListenerSocket, type Sight, watchListener } from '../listener/verified.ts';
import { readTcpRows } from '../procfs/read.ts';
import type { GatewayIdentity, SupervisorConfig } from '../protocol.ts';
import { checkSealed, Refusal } from '../sealed/check.ts';
import { launchChild, type SupervisedChild } from './child.ts';
import { Gate } from './gate.ts';
import { ask } from './health.ts';
import { LastLines } from './lines.ts';
import { type Effect, initialMachine, type Machine, type MachineEvent, type StopReason, step } from './machine.ts';

const OWNER = { uid: IDS.gateway, gid: IDS.gateway };
const START_POLL_MS = 150;
const ASK_TIMEOUT_MS = 5_000;
/** Unless the configuration says otherwise. */
const HEALTH_EVERY_MS = 30_000;
/** Docker gives a container 10 s to stop unless told otherwise. */
const SHUTDOWN_DRAIN_MS = 8_000;
const SICK_DRAIN_MS = 10_000;

export interface GatewayOptions {
  config: SupervisorConfig;
  clock: Clock;
  /** The container's environment. */
  env: Readonly<Record<string, string | undefined>>;
  loadConfig(): Promise<SupervisorConfig>;
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  log(message: string): void;
}

/** Owns the one gateway process: carries out what the machine decides and tells it what happened. */
export class Gateway {
  readonly gate = new Gate();
  readonly lastLines = new LastLines(20);
  readonly options: GatewayOptions;
  config: SupervisorConfig;
  machine: Machine = initialMachine;
  child: SupervisedChild | undefined;
  healthyAt: number | undefined;
  /** Of the restart under way; the contract's otherwise. */
  drainMs: number | undefined;
  lastStop: { killed: boolean } | undefined;
  /** Why it is not verified yet, for a person. */
  waitingFor = '';
  private readonly watchers = new Set<() => void>();
  /** Of the verified listener; only of use while the gate is open. */
  private look: () => Promise<Sight> = async () => 'gone';
  private launching: Promise<void> | undefined;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(options: GatewayOptions) {
    this.options = options;
    this.config = options.config;
  }

  get identity(): GatewayIdentity | undefined {
    if (!this.child) return undefined;
    return { ...this.child.identity, ...(this.gate.inode === undefined ? {} : { listenerInode: this.gate.inode }) };
  }

  /** Called after every step of the machine. */
  onChange(tell: () => void): () => void {
    this.watchers.add(tell);
    return () => this.watchers.delete(tell);
  }

  dispatch(event: MachineEvent): void {
    const { runtime } = this.config;
    const before = this.machine;
    const { machine, effects } = step(before, event, {
      configRefusedExitCodes: runtime.configRefusedExitCodes,
      expectedExitCodes: runtime.stop.expectedExitCodes,
    });
    this.machine = machine;
    if (machine.state !== before.state || machine.reason !== before.reason) {
      this.options.log(`gateway ${machine.state}: ${machine.reason}`);
    }
    for (const effect of effects) this.perform(effect);
    for (const tell of [...this.watchers]) tell();
  }

  /** Whether this very socket still answers on the gateway's port, under a living child. */
  async sight(inode: string): Promise<Sight> {
    const shut = (): boolean => !this.child || this.child.hasExited() || this.gate.inode !== inode;
    if (shut()) return 'gone';
    const seen = await this.look();
    return shut() ? 'gone' : seen;
  }

  /** What was verified is no longer so: nothing passes until it is again. */
  lost(inode: string): void {
    if (this.gate.inode !== inode) return;
    this.gate.close();
    this.dispatch({ type: 'listener_lost' });
  }

  async location(): Promise<{ pid: number; netns: string } | undefined> {
    const child = this.child;
    if (!child || child.hasExited()) return undefined;
    const netns = await readNetns(child.identity.pid, OWNER);
    return netns === undefined || child.hasExited() ? undefined : { pid: child.identity.pid, netns };
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'launch':
        this.launching = this.launch();
        return;
      case 'stop':
        void this.stop(effect.why);
        return;
      case 'await_start':
        if (this.child) void this.awaitStart(this.child);
        return;
      case 'retry':
        this.retryTimer = setTimeout(() => this.dispatch({ type: 'retry_due' }), effect.afterMs);
        return;
      case 'cancel_retry':
        clearTimeout(this.retryTimer);
    }
  }

  /** Ends the gateway by its contract, for good. */
  async shutdown(): Promise<void> {
    this.dispatch({ type: 'shutdown_asked' });
    await this.launching;
    await this.child?.exited;
  }

  private async launch(): Promise<void> {
    const { clock, env, loadConfig, onLine, log } = this.options;
    try {
      const config = await loadConfig();
      await checkSealed(config);
      this.config = config;
      const port = await evictForeign(config.runtime.gatewayPort, undefined, clock);
      if (port.kind === 'ended') log(`ended ${port.pids.join(', ')}, which listened on the gateway's port`);
      if (port.kind === 'stuck')
        throw new Error(`port ${config.runtime.gatewayPort} is taken and its holder can't be found`);
      if (this.machine.state === 'stopping') return;
      const child = await launchChild({
        as: 'gateway',
        command: config.runtime.command,
        cwd: config.runtime.cwd,
        groups: config.groups,
        env: environmentFor('gateway', env, config.runtime.env),
        now: clock.now(),
        onLine: (stream, line) => {
          this.lastLines.add(line);
          onLine(stream, line);
        },
      });
      this.child = child;
      void child.exited.then((exit) => {
        this.gate.close();
        this.child = undefined;
        this.dispatch({ type: 'exited', at: clock.now(), ...exit });
      });
      this.dispatch({ type: 'launched' });
    } catch (error) {
      if (error instanceof Refusal) this.dispatch({ type: 'refused', message: `${error.code}: ${error.message}` });
      else this.dispatch({ type: 'launch_failed', at: clock.now(), message: (error as Error).message });
    }
  }

  private async stop(why: StopReason): Promise<void> {
    this.gate.close();
    const { signal, drainMs } = this.config.runtime.stop;
    const budget =
      why === 'restart'
        ? (this.drainMs ?? drainMs)
        : Math.min(drainMs, why === 'shutdown' ? SHUTDOWN_DRAIN_MS : SICK_DRAIN_MS);
    const stopped = await this.child?.stop(signal, budget);
    if (stopped) this.lastStop = stopped;
  }

  /** Until the port's only listener is the child's own and the agent says that it has started. */
  private async awaitStart(child: SupervisedChild): Promise<void> {
    const { clock, log } = this.options;
    const { startTimeoutMs } = this.config.runtime;
    const deadline = clock.now() + startTimeoutMs;
    while (this.child === child && !child.hasExited() && !this.machine.stopping) {
      try {
        if (await this.verify(child)) return;
      } catch (error) {
        // Processes or descriptors may be used up by the sandbox's own programs; what can't be read is not verified.
        this.waitingFor = (error as Error).message;
      }
      if (clock.now() > deadline) {
        log(`not started after ${startTimeoutMs / 1000} s: ${this.waitingFor}`);
        return this.dispatch({ type: 'start_timed_out' });
      }
      await clock.sleep(START_POLL_MS);
    }
  }

  private async verify(child: SupervisedChild): Promise<boolean> {
    const { clock, log } = this.options;
    const { gatewayPort, health } = this.config.runtime;
    const view = portView(await readTcpRows(), gatewayPort);
    if (view.kind === 'nobody') {
      this.waitingFor = `nothing listens on port ${gatewayPort}`;
      return false;
    }
    if (view.kind === 'one' && (await heldByTree(child.identity, OWNER, view.inode))) {
      const answer = await ask(gatewayPort, health.started, ASK_TIMEOUT_MS);
      if (answer.ok) return this.opened(child, { inode: view.inode, family: view.family, localPort: gatewayPort });
      this.waitingFor = answer.detail;
      return false;
    }
    this.waitingFor = `port ${gatewayPort} is not the gateway's alone`;
    const foreign = await evictForeign(gatewayPort, child.identity, clock);
    if (foreign.kind === 'ended') log(`ended ${foreign.pids.join(', ')}, which listened on the gateway's port`);
    return false;
  }

  /** The answer came after the look at the port: looked at once more, so that both are of the same listener. */
  private async opened(child: SupervisedChild, socket: ListenerSocket): Promise<boolean> {
    const look = watchListener(socket, this.options.clock);
    if ((await look()) !== 'same' || this.child !== child || child.hasExited() || this.machine.stopping) return false;
    const { clock } = this.options;
    this.healthyAt = clock.now();
    this.dispatch({ type: 'started', at: clock.now() });
    this.look = look;
    this.gate.open(socket.inode);
    void this.watchHealth(child, socket.inode);
    return true;
  }

  /** One poll every 30 s (or as configured) as long as this socket is the verified one; the next start brings a watch of its own. */
  private async watchHealth(child: SupervisedChild, inode: string): Promise<void> {
    const { clock } = this.options;
    const { gatewayPort, health } = this.config.runtime;
    for (;;) {
      await clock.sleep(this.config.healthEveryMs ?? HEALTH_EVERY_MS);
      if (this.child !== child || this.gate.inode !== inode) return;
      if ((await this.sight(inode)) === 'gone') return this.lost(inode);
      const answer = await ask(gatewayPort, health.live, ASK_TIMEOUT_MS);
      if (answer.ok) this.healthyAt = clock.now();
      this.dispatch({ type: 'health', ok: answer.ok, detail: answer.ok ? '' : answer.detail });
    }
  }
}
