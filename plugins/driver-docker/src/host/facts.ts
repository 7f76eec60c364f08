import type { Driver, DriverCapabilities, EngineFacts } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';

/** What is read of `GET /info`; dockerode's types stop short of the newer fields. */
export interface InfoDocument {
  ServerVersion?: string;
  OperatingSystem?: string;
  KernelVersion?: string;
  Architecture?: string;
  Labels?: string[] | null;
  Runtimes?: Record<string, unknown> | null;
  CDISpecDirs?: string[] | null;
  DiscoveredDevices?: { Source?: string; ID?: string }[] | null;
  DockerRootDir?: string;
  CgroupVersion?: string;
  MemTotal?: number;
  NCPU?: number;
  SecurityOptions?: string[] | null;
}

/** Pure. */
export const engineFacts = (info: InfoDocument, apiVersion: string): EngineFacts => ({
  engineVersion: info.ServerVersion ?? '',
  apiVersion,
  operatingSystem: info.OperatingSystem ?? '',
  kernelVersion: info.KernelVersion ?? '',
  architecture: info.Architecture ?? '',
  labels: info.Labels ?? [],
  runtimes: Object.keys(info.Runtimes ?? {}),
  cdiSpecDirs: info.CDISpecDirs ?? [],
  cdiDevices: (info.DiscoveredDevices ?? []).flatMap(({ Source, ID }) => (Source === 'cdi' && ID ? [ID] : [])),
  rootDir: info.DockerRootDir ?? '',
  cgroupVersion: info.CgroupVersion ?? '',
  memoryBytes: info.MemTotal ?? 0,
  cpus: info.NCPU ?? 0,
  rootless: (info.SecurityOptions ?? []).some((option) => option.includes('name=rootless')),
});

const VM_BACKED = /docker desktop|orbstack|rancher desktop|podman machine/i;

/** Pure. `platform` is where this program runs: on anything but Linux a local engine lives in a VM. */
export const engineCapabilities = (facts: EngineFacts, platform: NodeJS.Platform): DriverCapabilities => ({
  // Every engine that answers the API version that each call names has them.
  isolatedNetworks: atLeast(facts.apiVersion, 1, 48),
  cdi: facts.cdiSpecDirs.length > 0,
  hostAddress:
    VM_BACKED.test(facts.operatingSystem) ||
    facts.labels.some((label) => label.startsWith('com.docker.desktop.')) ||
    platform !== 'linux'
      ? 'host-gateway'
      : 'direct',
});

const atLeast = (version: string, major: number, minor: number): boolean => {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
};

export const createHost = (engine: Engine, platform: NodeJS.Platform): Pick<Driver, 'hostFacts' | 'capabilities'> => {
  const hostFacts = async ({ signal }: { signal?: AbortSignal } = {}): Promise<EngineFacts> => {
    const spec = {
      operation: 'read facts of engine',
      object: engine.endpoint,
      answer: 'json',
      idempotent: true,
      signal,
    } as const;
    const [info, version] = await Promise.all([
      engine.call(spec, (docker) => docker.info() as Promise<InfoDocument>),
      engine.call(spec, (docker) => docker.version()),
    ]);
    return engineFacts(info, version.ApiVersion);
  };
  return {
    hostFacts,
    capabilities: async (options) => engineCapabilities(await hostFacts(options), platform),
  };
};
