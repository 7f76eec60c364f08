import { readFile, statfs } from 'node:fs/promises';
import type { GpuBid, GpuRequest, HostFacts, IsolationMode, PromptProfile } from '@nemoclaw/plugin-api';
import type { CallOptions, OnboardInput } from '../../api/nemoclaw.ts';
import { codedError, toCodedError } from '../../errors/index.ts';
import { detectHostFacts } from '../../host/facts.ts';
import { freeMemoryOf } from '../../host/free-memory.ts';
import { hostNetworkRefusal } from '../../host/host-network.ts';
import { routeGpu } from '../../host/route-gpu.ts';
import { chooseProvider, type ProviderChoice } from '../../providers/discover.ts';
import { chooseProfile } from '../../providers/profile.ts';
import { providersAt } from '../../providers/records.ts';
import { parseSandboxName } from '../../state/names.ts';
import { chooseIsolation } from '../isolation.ts';
import type { Agent, GpuStrategy, Services } from '../services.ts';
import { existing } from './existing.ts';
import { chooseIngressPort, portIsFree, portsOfOthers } from './ingress-port.ts';

/** All that was decided before anything is written or created. */
export interface Preflight {
  name: string;
  driver: string;
  agent: { contribution: Agent; plugin: string };
  provider: ProviderChoice;
  profile: { profile: PromptProfile; why: string };
  isolation: { mode: IsolationMode; why: string };
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

/** Each strategy's bid under its own name; one that breaks does not fit. */
export const bidsOf = (
  strategies: GpuStrategy[],
  facts: HostFacts,
  request: GpuRequest,
  onBroken: (strategy: string, error: unknown) => void = () => undefined,
): Promise<GpuBid[]> =>
  Promise.all(
    strategies.map(async (strategy): Promise<GpuBid> => {
      const none = { applicable: false, priority: 0, evidence: [], warnings: [], activation: 'create' as const };
      try {
        return { ...(await strategy.detect(facts, request)), strategy: strategy.id };
      } catch (error) {
        onBroken(strategy.id, error);
        return { ...none, strategy: strategy.id, reason: toCodedError(error).message };
      }
    }),
  );

/** `devices`: as the user named them; none leaves the choice to the strategy. */
export const gpuRouting = async (
  services: Services,
  request: string,
  devices: string[] = [],
): Promise<Preflight['gpu']> => {
  const driver = await services.driver();
  const facts = await detectHostFacts({ driver, env: services.options.env });
  const broken = new Map<string, unknown>();
  const asked = { devices, env: services.options.env };
  const bids = await bidsOf(await services.gpuStrategies(), facts, asked, (id, error) => {
    services.faults.note(error);
    broken.set(id, error);
  });
  // A strategy that is not among them may be there all the same: the registry knows why it is not used.
  if (!['auto', 'off'].includes(request) && !bids.some(({ strategy }) => strategy === request))
    await (await services.registry()).load('gpu', request);
  // Who asks for it by name is told what is wrong with it; everybody else only that it was passed over.
  if (broken.has(request)) throw broken.get(request);
  const route = routeGpu({ bids, request });
  const passedOver = [...broken].map(
    ([id, error]) => `GPU strategy ${id} is passed over: ${toCodedError(error).message}`,
  );
  const warnings = [...(request === 'off' ? [] : passedOver), ...route.warnings];
  return { facts, bids, chosen: route.chosen, reason: route.reason, warnings };
};

/** Looks, decides, and changes nothing. Every reason not to onboard that can be known now is an error here. */
export const preflight = async (services: Services, input: OnboardInput, options: CallOptions): Promise<Preflight> => {
  const signal = options.signal ?? new AbortController().signal;
  const name = parseSandboxName(input.name);
  const there = await existing(services, name);
  if (there) throw there;

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
  const isolation = chooseIsolation({
    modes: agent.isolation,
    agentBytes: agent.memoryBytes,
    engineBytes: facts.memoryBytes,
    freeBytes: freeMemoryOf(facts.memoryBytes, await readFile('/proc/meminfo', 'utf8').catch(() => undefined)),
    wanted: input.isolation,
  });
  const gpu = await gpuRouting(services, input.gpu, input.gpuDevices);
  const ingressPort = await chooseIngressPort({
    wanted: input.ingressPort,
    taken: await portsOfOthers(services.store, name),
    isFree: portIsFree,
  });
  return {
    name,
    driver: await services.driverId(),
    agent: { contribution: agent, plugin },
    provider,
    profile,
    isolation,
    gpu,
    ingressPort,
    warnings: [...gpu.warnings, ...hostNetworkRefusal(services.options.env)],
  };
};
