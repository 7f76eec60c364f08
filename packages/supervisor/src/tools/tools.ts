import { IDS, type ToolsHost } from '@nemoclaw/plugin-api';
import { launchChild, type SupervisedChild } from '../gateway/child.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { LastLines } from '../gateway/lines.ts';
import { environmentFor } from '../launcher/environment.ts';
import { portView } from '../listener/check.ts';
import { heldByTree } from '../listener/holders.ts';
import { readTcpRows } from '../procfs/read.ts';
import type { SupervisorConfig, ToolsState, ToolsStatus } from '../protocol.ts';
import { courseAfter, type Ended, firstCourse } from './course.ts';
import { admitWithLiaison, checkWithLiaison } from './liaison.ts';

const OWNER = { uid: IDS.tools, gid: IDS.tools };
/** Each look is a program of its own. */
const POLL_MS = 2_000;
const CHECK_EVERY_MS = 30_000;
const STOP_DRAIN_MS = 2_000;

/** Owns the process that runs the agent's commands as uid `tools`: there whenever the gateway is, started again when it ends. */
export class Tools {
  private readonly gateway: Gateway;
  private readonly lastLines = new LastLines(20);
  private readonly ending = new AbortController();
  private child: SupervisedChild | undefined;
  private state: ToolsState = 'waiting';
  private reason = 'the gateway is not there yet';
  private launches = 0;
  private readyAt: number | undefined;
  private life: Promise<void> | undefined;
  private wake = new AbortController();

  constructor(gateway: Gateway) {
    this.gateway = gateway;
    const tell = (): void => this.wakeUp();
    gateway.gate.onOpen(tell);
    gateway.gate.onClose(tell);
  }

  /** Does nothing for an agent whose tools share the gateway's uid. */
  start(): void {
    if (this.gateway.config.runtime.tools) this.life ??= this.live();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.wakeUp();
    await this.child?.stop('SIGTERM', STOP_DRAIN_MS);
    await this.life;
  }

  pid(): number | undefined {
    return this.child && !this.child.hasExited() ? this.child.identity.pid : undefined;
  }

  status(): ToolsStatus | undefined {
    if (!this.life) return undefined;
    const { state, reason, readyAt, child } = this;
    return {
      state,
      reason,
      ...(child && !child.hasExited() ? { process: child.identity } : {}),
      restarts: Math.max(0, this.launches - 1),
      ...(readyAt === undefined ? {} : { readyMsAgo: Math.round(this.gateway.options.clock.now() - readyAt) }),
      lastLines: this.lastLines.all(),
    };
  }

  private become(state: ToolsState, reason: string): void {
    if (state !== this.state || reason !== this.reason) {
      if (state !== this.state) this.gateway.options.log(`tools ${state}: ${reason}`);
      this.state = state;
      this.reason = reason;
    }
  }

  private wakeUp(): void {
    this.wake.abort();
    this.wake = new AbortController();
  }

  /** Until the time is over, the gateway came or went, or the end is near. */
  private async pause(ms: number): Promise<void> {
    await this.gateway.options.clock.sleep(ms, this.wake.signal).catch(() => {});
  }

  private async live(): Promise<void> {
    let course = firstCourse;
    while (!this.ending.signal.aborted) {
      if (this.gateway.gate.inode === undefined) {
        this.become('waiting', 'the gateway is not there');
        await this.pause(CHECK_EVERY_MS);
        continue;
      }
      const ended = await this.oneRun(course.anew).catch(
        (error: Error): Ended => ({ type: 'not_started', why: error.message }),
      );
      if (this.ending.signal.aborted) return;
      const next = courseAfter(course, ended);
      course = next.course;
      if (next.delayMs === 0) continue;
      this.become('backoff', `${ended.why}; next try in ${next.delayMs / 1000} s`);
      await this.gateway.options.clock.sleep(next.delayMs, this.ending.signal).catch(() => {});
    }
  }

  /** One process, from its admission to its end. */
  private async oneRun(anew: boolean): Promise<Ended> {
    const { clock, env, onLine, log } = this.gateway.options;
    const { config } = this.gateway;
    const host = config.runtime.tools;
    if (!host) throw new Error('the agent has no process for its tools');
    this.become('starting', 'it is being let in');
    const admission = host.liaison ? await admitWithLiaison(host.liaison, anew, this.asGateway(config)) : { args: [] };
    if (this.ending.signal.aborted) throw new Error('the end is near');
    let gaveUp: string | undefined;
    const child = await launchChild({
      as: 'tools',
      command: [...host.command, ...admission.args],
      cwd: host.cwd,
      groups: config.groups,
      env: { ...environmentFor('tools', env), ...host.env },
      now: clock.now(),
      onLine: (stream, line) => {
        this.lastLines.add(line);
        onLine(stream, line);
        if (!host.givesUp?.some((text) => line.includes(text))) return;
        gaveUp = line;
        this.wakeUp();
      },
    });
    this.child = child;
    this.launches += 1;
    log(`tools started, pid ${child.identity.pid}`);
    let exit = '';
    void child.exited.then(({ code, signal }) => {
      exit = `it ended with ${signal === null ? `exit ${code}` : `signal ${signal}`}`;
      this.wakeUp();
    });
    const ended = await this.watch(child, host, config, () => gaveUp);
    if (!child.hasExited()) await child.stop('SIGTERM', STOP_DRAIN_MS);
    await child.exited;
    this.child = undefined;
    return { ...ended, why: ended.why || exit };
  }

  /** As long as it lives and is worth it; `why` only when it was given up on. */
  private async watch(
    child: SupervisedChild,
    host: ToolsHost,
    config: SupervisorConfig,
    /** The line by which it said that it will not become ready by itself. */
    gaveUp: () => string | undefined,
  ): Promise<Ended> {
    const { clock } = this.gateway.options;
    let wasReady = false;
    let since: number | undefined;
    while (!child.hasExited() && !this.ending.signal.aborted) {
      if (this.gateway.gate.inode === undefined) {
        this.become('waiting', 'the gateway is not there');
        // What lives by its connection to the gateway would wait ever longer between its tries, and is sooner there when
        // it starts anew. Ended now, not while it connects, when it may be given a credential.
        if (host.liaison) return { type: 'gateway_left', wasReady, why: 'the gateway went away' };
        since = undefined;
        await this.pause(CHECK_EVERY_MS);
        continue;
      }
      const last = gaveUp();
      if (last !== undefined) return { type: 'failed', wasReady: false, why: `it gave up: ${last}` };
      const { ready, detail } = await this.check(child, host, config);
      if (this.gateway.gate.inode === undefined || child.hasExited() || gaveUp() !== undefined) continue;
      if (ready) {
        wasReady = true;
        since = undefined;
        this.readyAt = clock.now();
        this.become('ready', detail);
        await this.pause(CHECK_EVERY_MS);
        continue;
      }
      this.become('starting', detail);
      since ??= clock.now();
      if (clock.now() - since > host.startTimeoutMs)
        return { type: 'failed', wasReady: false, why: `not ready after ${host.startTimeoutMs / 1000} s: ${detail}` };
      await this.pause(POLL_MS);
    }
    return { type: 'failed', wasReady, why: '' };
  }

  private async check(
    child: SupervisedChild,
    host: ToolsHost,
    config: SupervisorConfig,
  ): Promise<{ ready: boolean; detail: string }> {
    try {
      if (host.port !== undefined) {
        const view = portView(await readTcpRows(), host.port);
        if (view.kind !== 'one' || !(await heldByTree(child.identity, OWNER, view.inode)))
          return { ready: false, detail: `port ${host.port} is not its own` };
      }
      if (host.liaison) return await checkWithLiaison(host.liaison, this.asGateway(config));
      return { ready: true, detail: host.port === undefined ? 'it runs' : `it listens on port ${host.port}` };
    } catch (error) {
      return { ready: false, detail: (error as Error).message };
    }
  }

  private asGateway(config: SupervisorConfig) {
    return { groups: config.groups, env: environmentFor('gateway', this.gateway.options.env, config.runtime.env) };
  }
}
