import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { GpuBid, HostFacts, PromptProfile } from '@nemoclaw/plugin-api';
import type { CallOptions, OnboardInput } from '../../api/nemoclaw.ts';
import { codedError, toCodedError } from '../../errors/index.ts';
import { detectHostFacts } from '../../host/facts.ts';
import { routeGpu } from '../../host/route-gpu.ts';
import { chooseProvider, type ProviderChoice } from '../../providers/discover.ts';
import { chooseProfile } from '../../providers/profile.ts';
import { providersAt } from '../../providers/records.ts';
import { parseSandboxName } from '../../state/names.ts';
import type { Agent, GpuStrategy, Services } from '../services.ts';

/** All that was decided before anything is written or created. */
export interface Preflight {
  name: string;
  agent: { contribution: Agent; plugin: string };
  provider: ProviderChoice;
  profile: { profile: PromptProfile; why: string };
  gpu: { facts: HostFacts; bids: GpuBid[]; chosen: string | null; reason: string; warnings: string[] };
  ingressPort: number;
  warnings: string[];
}

const NEEDED_BYTES = 4 * 1024 ** 3;

const checkDisk = async (path: string): Promise<void> => {
  const stat = await statfs(path).catch(() => undefined);
  if (!stat) return; // the engine's folder is not visible from here (VM, remote): nothing to say
  const free = stat.bavail * stat.bsize;
  if (free < NEEDED_BYTES)
    throw codedError('DISK_FULL', {
      message: `Only ${(free / 1024 ** 3).toFixed(1)} GiB are free where the engine keeps its data (${path}); a sandbox's images need ${NEEDED_BYTES / 1024 ** 3} GiB.`,
      hint: 'Free some space (`docker system df` shows what the engine uses) and run the command again.',
      details: { path, freeBytes: free, neededBytes: NEEDED_BYTES },
    });
};

/** Resolves with whether this process could listen on that port of 127.0.0.1 right now. */
const portIsFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });

const FIRST_PORT = 18_700;
const LAST_PORT = 18_999;

const chooseIngressPort = async (wanted: number | undefined, taken: Set<number>): Promise<number> => {
  if (wanted !== undefined) {
    if (taken.has(wanted) || !(await portIsFree(wanted)))
      throw codedError('PORT_TAKEN', {
        message: `Port ${wanted} of 127.0.0.1 is already in use.`,
        hint: 'Choose another with `--port`, or leave it out and a free one is chosen.',
        details: { port: wanted },
      });
    return wanted;
  }
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) if (!taken.has(port) && (await portIsFree(port))) return port;
  throw codedError('PORT_TAKEN', {
    message: `No port of 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT} is free.`,
    hint: 'Name one with `--port`.',
  });
};

/**
 * What one strategy says of this host. One that breaks fails who asks for it by name, and is passed over with a warning
 * by everybody else; so is one that bids in another's name.
 */
const bidOf = async (
  services: Services,
  strategy: GpuStrategy,
  facts: HostFacts,
  request: string,
): Promise<{ bid: GpuBid; warning?: string }> => {
  try {
    const bid = await strategy.detect(facts, { devices: [], env: services.options.env });
    if (bid.strategy === strategy.id) return { bid };
    throw codedError('PLUGIN_FAILED', {
      message: `GPU strategy ${strategy.id} bid under the name ${JSON.stringify(bid.strategy)}.`,
      hint: 'Its author must bid under the id of the strategy.',
    });
  } catch (error) {
    services.faults.note(error);
    if (request === strategy.id) throw error;
    const { message } = toCodedError(error);
    const bid: GpuBid = {
      strategy: strategy.id,
      applicable: false,
      priority: 0,
      reason: message,
      evidence: [],
      warnings: [message],
      activation: 'create',
    };
    return { bid, warning: `GPU strategy ${strategy.id} is passed over: ${message}` };
  }
};

export const gpuRouting = async (services: Services, request: string): Promise<Preflight['gpu']> => {
  const driver = await services.driver();
  const facts = await detectHostFacts({ driver, env: services.options.env });
  const answers = await Promise.all(
    (await services.gpuStrategies()).map((strategy) => bidOf(services, strategy, facts, request)),
  );
  const bids = answers.map(({ bid }) => bid);
  const route = routeGpu({ bids, request });
  const broken = answers.flatMap(({ warning }) => (warning === undefined || request === 'off' ? [] : [warning]));
  return { facts, bids, chosen: route.chosen, reason: route.reason, warnings: [...broken, ...route.warnings] };
};

/** Looks, decides, and changes nothing. Every reason not to onboard that can be known now is an error here. */
export const preflight = async (services: Services, input: OnboardInput, options: CallOptions): Promise<Preflight> => {
  const signal = options.signal ?? new AbortController().signal;
  const name = parseSandboxName(input.name);
  const existing = await services.store.readRecord(name);
  const pending = await services.store.readOperation(name);
  if (existing || pending)
    throw codedError('SANDBOX_EXISTS', {
      message:
        existing?.phase === 'ready'
          ? `A sandbox named ${name} is already there.`
          : `A sandbox named ${name} was begun and not finished.`,
      hint:
        existing?.phase === 'ready'
          ? `See it with \`${services.options.program} ${name} status\`, take it away with \`${services.options.program} ${name} destroy\`, or choose another name.`
          : `Run \`${services.options.program} ${name} recover\` first.`,
    });

  const { agent, plugin } = await services.agent(input.agent);
  const driver = await services.driver();
  const capabilities = await driver.capabilities({ signal });
  if (!capabilities.isolatedNetworks)
    throw codedError('ENGINE_TOO_OLD', {
      message: 'This engine has no isolated networks; a sandbox on it could reach the host.',
    });
  const facts = await driver.hostFacts({ signal });
  await checkDisk(facts.rootDir);

  const provider = await chooseProvider({
    provider: input.provider,
    ...(input.endpoint === undefined ? {} : { endpoint: input.endpoint }),
    ...(input.credential === undefined ? {} : { credential: input.credential }),
    ...(input.model === undefined ? {} : { model: input.model }),
    records: providersAt(services.config.providers),
    fetch,
    signal,
  });
  const profile = chooseProfile(agent.profiles, provider.contextTokens, input.profile);
  const gpu = await gpuRouting(services, input.gpu);
  const others = await Promise.all(
    (await services.store.listNames()).map((other) => services.store.readRecord(other).catch(() => undefined)),
  );
  const ingressPort = await chooseIngressPort(
    input.ingressPort,
    new Set(others.flatMap((other) => (other ? [other.ingressPort] : []))),
  );
  return {
    name,
    agent: { contribution: agent, plugin },
    provider,
    profile,
    gpu,
    ingressPort,
    warnings: [...gpu.warnings],
  };
};
