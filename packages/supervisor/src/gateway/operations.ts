import type { RestartResult, SupervisorOps } from '../protocol.ts';
import { checkSealed, Refusal } from '../sealed/check.ts';
import type { Gateway } from './gateway.ts';
import { ask } from './health.ts';

type RestartArgs = SupervisorOps['restart']['args'];
type RecoverArgs = SupervisorOps['recover']['args'];

const POLL_MS = 250;
const ASK_TIMEOUT_MS = 5_000;

/** restart and recover, one at a time; a Refusal leaves whatever runs as it is. */
export class GatewayOperations {
  private readonly gateway: Gateway;
  private underWay: string | undefined;

  constructor(gateway: Gateway) {
    this.gateway = gateway;
  }

  restart(args: RestartArgs): Promise<RestartResult> {
    return this.exclusive('restart', async () => {
      await this.check();
      return args.soft ? this.soft(args) : this.stopStart(args);
    });
  }

  /** Ends quarantine and back-off; a gateway that runs or is on its way is left alone and waited for. */
  recover(args: RecoverArgs): Promise<RestartResult> {
    return this.exclusive('recover', async () => {
      await this.check();
      const { gateway } = this;
      if (!gateway.child) return this.stopStart(args);
      const t0 = gateway.options.clock.now();
      await this.untilRunning(args.timeoutMs, 0);
      const startMs = Math.round(gateway.options.clock.now() - t0);
      return { method: 'stop-start', stopMs: 0, startMs, killed: false, ...(await this.settle(args.settleMs)) };
    });
  }

  private async exclusive<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.underWay) throw new Refusal('busy', `a ${this.underWay} is under way`);
    if (this.gateway.machine.state === 'stopping') throw new Refusal('busy', 'the container is being stopped');
    this.underWay = name;
    try {
      return await run();
    } finally {
      this.underWay = undefined;
      this.gateway.drainMs = undefined;
    }
  }

  /** Before anything is touched. */
  private async check(): Promise<void> {
    await checkSealed(await this.gateway.options.loadConfig());
  }

  private async stopStart(args: Omit<RestartArgs, 'soft'>): Promise<RestartResult> {
    const { gateway } = this;
    const { clock } = gateway.options;
    const before = gateway.identity;
    const { launches } = gateway.machine;
    const exited = gateway.child?.exited;
    gateway.drainMs = args.drainMs;
    gateway.lastStop = undefined;
    const t0 = clock.now();
    gateway.dispatch({ type: 'restart_asked' });
    await exited;
    const t1 = clock.now();
    await this.untilRunning(args.timeoutMs, launches);
    const t2 = clock.now();
    return {
      ...(before ? { before } : {}),
      method: 'stop-start',
      stopMs: Math.round(t1 - t0),
      startMs: Math.round(t2 - t1),
      // Set by the stop just above, which the analysis of the assignment can't see.
      killed: (gateway.lastStop as { killed: boolean } | undefined)?.killed ?? false,
      ...(await this.settle(args.settleMs)),
    };
  }

  private async soft(args: RestartArgs): Promise<RestartResult> {
    const { gateway } = this;
    const { clock } = gateway.options;
    const { softRestart, gatewayPort, health } = gateway.config.runtime;
    const { child, identity: before } = gateway;
    if (!softRestart) throw new Refusal('unsupported_agent', 'this agent has no restart inside its process');
    if (!child || !before || gateway.machine.state !== 'running') {
      throw new Refusal('launch_failed', `the gateway is ${gateway.machine.state}, not running`);
    }
    const uptime = async (): Promise<number | undefined> => {
      const answer = await ask(gatewayPort, health.started, ASK_TIMEOUT_MS);
      const value = answer.ok
        ? (answer.body as Record<string, unknown> | undefined)?.[softRestart.uptimeField]
        : undefined;
      return typeof value === 'number' ? value : undefined;
    };
    const old = await uptime();
    if (old === undefined)
      throw new Refusal('health_timeout', `the gateway does not say its ${softRestart.uptimeField}`);
    const t0 = clock.now();
    gateway.dispatch({ type: 'soft_restart_asked' });
    await child.signal(softRestart.signal);
    let goneAt: number | undefined;
    for (;;) {
      await clock.sleep(POLL_MS);
      if (child.hasExited()) throw new Refusal('launch_failed', this.why('the gateway ended instead of restarting'));
      const inode = gateway.gate.inode;
      if (inode !== undefined && (await gateway.sight(inode)) === 'gone') gateway.lost(inode);
      if (gateway.gate.inode === undefined) goneAt ??= clock.now();
      const now = gateway.gate.inode === undefined ? undefined : await uptime();
      if (now !== undefined && now < old) break;
      if (clock.now() - t0 > args.timeoutMs) {
        const idle = gateway.gate.inode !== undefined;
        if (idle) gateway.dispatch({ type: 'started', at: clock.now() });
        throw new Refusal(
          'health_timeout',
          this.why(
            idle ? 'the gateway has not restarted yet; it waits until it is idle' : 'it did not come back in time',
          ),
        );
      }
    }
    if (gateway.machine.state !== 'running') gateway.dispatch({ type: 'started', at: clock.now() });
    const t1 = clock.now();
    const stopMs = Math.round((goneAt ?? t0) - t0);
    return {
      before,
      method: 'soft',
      stopMs,
      startMs: Math.round(t1 - t0) - stopMs,
      killed: false,
      ...(await this.settle(args.settleMs)),
    };
  }

  /** Resolves when a launch later than `launches` runs; a state that leads nowhere is an answer too. */
  private untilRunning(timeoutMs: number, launches: number): Promise<void> {
    const { gateway } = this;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const { state, launches: now } = gateway.machine;
        switch (state) {
          case 'running':
            if (now > launches) done();
            return;
          case 'backoff':
          case 'quarantined':
          case 'config_refused':
          case 'stopping':
            done(new Refusal('launch_failed', this.why(gateway.machine.reason)));
            return;
          case 'starting':
          case 'restarting':
        }
      };
      const timer = setTimeout(
        () =>
          done(
            new Refusal('health_timeout', this.why(`not started after ${timeoutMs / 1000} s: ${gateway.waitingFor}`)),
          ),
        timeoutMs,
      );
      const forget = gateway.onChange(look);
      const done = (error?: Error): void => {
        clearTimeout(timer);
        forget();
        if (error) reject(error);
        else resolve();
      };
      look();
    });
  }

  /** It must stay what it is for a while, and be live at the end. */
  private async settle(settleMs: number): Promise<{ after: NonNullable<Gateway['identity']>; settledMs: number }> {
    const { gateway } = this;
    const { clock } = gateway.options;
    const t0 = clock.now();
    for (;;) {
      const { child, identity } = gateway;
      const inode = gateway.gate.inode;
      if (!child || child.hasExited() || !identity)
        throw new Refusal('launch_failed', this.why(`it did not stay: ${gateway.machine.reason}`));
      if (inode === undefined || (await gateway.sight(inode)) === 'gone')
        throw new Refusal('health_timeout', this.why('its listener did not stay'));
      const left = t0 + settleMs - clock.now();
      if (left <= 0) {
        const answer = await ask(
          gateway.config.runtime.gatewayPort,
          gateway.config.runtime.health.live,
          ASK_TIMEOUT_MS,
        );
        if (!answer.ok) throw new Refusal('health_timeout', this.why(answer.detail));
        gateway.healthyAt = clock.now();
        return { after: identity, settledMs: Math.round(clock.now() - t0) };
      }
      await clock.sleep(Math.min(left, POLL_MS));
    }
  }

  private why(what: string): string {
    const last = this.gateway.lastLines
      .all()
      .filter((line) => line.trim() !== '')
      .at(-1);
    return last === undefined ? what : `${what}; its last line: ${last.slice(0, 300)}`;
  }
}
