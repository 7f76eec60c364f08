import type { Server } from 'node:net';
import { PATHS } from '@nemoclaw/plugin-api';
import type { Clock } from './clock.ts';
import { listenControl } from './control/server.ts';
import { FrontDoor } from './door/front-door.ts';
import { Gateway } from './gateway/gateway.ts';
import { GatewayOperations } from './gateway/operations.ts';
import { environmentFor } from './launcher/environment.ts';
import { runBounded } from './launcher/run.ts';
import {
  type RunReply,
  type RunRequest,
  SUPERVISOR_PROTOCOL,
  type SupervisorConfig,
  type SupervisorStatus,
} from './protocol.ts';
import { cleanRcFiles } from './rc/clean.ts';
import { observe } from './tools/observe.ts';
import { Tools } from './tools/tools.ts';

const MAX_RUNS = 8;

export interface SupervisorOptions {
  config: SupervisorConfig;
  clock: Clock;
  /** The container's environment. */
  env: Readonly<Record<string, string | undefined>>;
  loadConfig(): Promise<SupervisorConfig>;
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  log(message: string): void;
}

/** Front door, control socket and gateway of one sandbox, put together. */
export class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly gateway: Gateway;
  private readonly operations: GatewayOperations;
  private readonly door: FrontDoor;
  private readonly tools: Tools;
  private control: Server | undefined;
  private runs = 0;

  constructor(options: SupervisorOptions) {
    this.options = options;
    const gateway = new Gateway(options);
    this.gateway = gateway;
    this.operations = new GatewayOperations(gateway);
    this.tools = new Tools(gateway);
    this.door = new FrontDoor({
      verified: () => gateway.gate.inode,
      sight: (inode) => gateway.sight(inode),
      lost: (inode) => gateway.lost(inode),
      onOpen: (tell) => gateway.gate.onOpen(tell),
      port: () => gateway.config.runtime.gatewayPort,
    });
  }

  /** The door first: nobody else shall ever have that port. */
  async start(): Promise<void> {
    const { config, log } = this.options;
    await this.door.listen(config.frontDoorPort);
    this.control = await listenControl(PATHS.control, {
      status: () => this.status(),
      restart: (args) => this.operations.restart(args),
      recover: (args) => this.operations.recover(args),
      run: (args, signal) => this.run(args, signal),
      observe: (args, signal) => observe(args, () => this.tools.pid(), this.options.clock, signal),
    });
    log(`front door on ${config.frontDoorPort}, generation ${config.generation}`);
    this.gateway.dispatch({ type: 'boot' });
    // Before the first shell that reads them, and while the gateway starts: what is in both homes outlives images.
    const envOf = (as: RunRequest['as']) => environmentFor(as, this.options.env, config.runtime.env);
    await cleanRcFiles({ groups: config.groups, env: envOf }, log);
    this.tools.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway.shutdown(), this.tools.stop()]);
    await this.door.close();
    this.control?.close();
  }

  private async status(): Promise<SupervisorStatus> {
    const { gateway, door } = this;
    const { config, machine, healthyAt } = gateway;
    const { child, identity } = gateway;
    const location = await gateway.location();
    const now = this.options.clock.now();
    const tools = this.tools.status();
    return {
      protocol: SUPERVISOR_PROTOCOL,
      sandboxId: config.sandboxId,
      generation: config.generation,
      agent: config.runtime.agent,
      agentVersion: config.runtime.version,
      state: machine.state,
      reason: machine.reason,
      ...(child && identity && location?.pid === identity.pid
        ? { gateway: { ...identity, netns: location.netns, upMs: Math.round(now - child.launchedAt) } }
        : {}),
      restarts: Math.max(0, machine.launches - 1),
      ...(machine.lastExit
        ? { lastExit: { ...machine.lastExit, atMs: Math.round(Date.now() - (now - machine.lastExit.atMs)) } }
        : {}),
      ...(healthyAt === undefined ? {} : { healthyMsAgo: Math.round(now - healthyAt) }),
      lastLines: gateway.lastLines.all(),
      ...(tools ? { tools } : {}),
      frontDoor: { port: config.frontDoorPort, ...door.counts() },
    };
  }

  private async run(request: RunRequest, signal: AbortSignal): Promise<RunReply> {
    if (this.runs >= MAX_RUNS)
      return { outcome: 'not_run', reason: 'busy', message: `${this.runs} programs run already` };
    this.runs += 1;
    const { config } = this.gateway;
    try {
      const env = environmentFor(request.as, this.options.env, config.runtime.env);
      return await runBounded(request, { groups: config.groups, env, gateway: () => this.gateway.location() }, signal);
    } finally {
      this.runs -= 1;
    }
  }
}
