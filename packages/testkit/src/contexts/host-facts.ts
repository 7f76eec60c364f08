import type { EngineFacts, HostFacts } from '@nemoclaw/plugin-api';

export type HostFactsInput = Partial<Omit<HostFacts, 'engine'>> & { engine?: Partial<EngineFacts> };

/** A native Linux host with a current engine and no GPU; everything can be said otherwise. */
export function hostFacts({ engine, ...rest }: HostFactsInput = {}): HostFacts {
  return {
    engine: {
      engineVersion: '28.5.2',
      apiVersion: '1.51',
      operatingSystem: 'Debian GNU/Linux 13 (trixie)',
      kernelVersion: '6.12.48',
      architecture: 'x86_64',
      labels: [],
      runtimes: ['io.containerd.runc.v2', 'runc'],
      cdiSpecDirs: ['/etc/cdi', '/var/run/cdi'],
      cdiDevices: [],
      rootDir: '/var/lib/docker',
      cgroupVersion: '2',
      memoryBytes: 16 * 1024 ** 3,
      cpus: 4,
      rootless: false,
      ...engine,
    },
    wsl: { detected: false, evidence: [] },
    dockerDesktop: false,
    jetson: { detected: false, model: '', evidence: [] },
    deviceNodes: [],
    deviceGroups: {},
    ...rest,
  };
}

/** Hosts by the names that the routing table gives them. */
export const HOSTS = {
  nativeWithCdi: (...devices: string[]) =>
    hostFacts({
      engine: { cdiDevices: devices.length > 0 ? devices : ['nvidia.com/gpu=0', 'nvidia.com/gpu=all'] },
      deviceNodes: ['/dev/nvidia0', '/dev/nvidiactl'],
    }),
  nativeWithRuntimeOnly: () =>
    hostFacts({ engine: { runtimes: ['runc', 'nvidia'] }, deviceNodes: ['/dev/nvidia0', '/dev/nvidiactl'] }),
  wslDesktop: () =>
    hostFacts({
      engine: { operatingSystem: 'Docker Desktop', cdiDevices: ['nvidia.com/gpu=all'] },
      wsl: { detected: true, evidence: ['kernel release names microsoft'] },
      dockerDesktop: true,
    }),
  wslEngine: () =>
    hostFacts({
      engine: { cdiDevices: ['nvidia.com/gpu=all'] },
      wsl: { detected: true, evidence: ['WSL_DISTRO_NAME is set'] },
      deviceNodes: ['/dev/dxg'],
    }),
  desktopElsewhere: () => hostFacts({ engine: { operatingSystem: 'Docker Desktop' }, dockerDesktop: true }),
  jetson: (...devices: string[]) =>
    hostFacts({
      engine: { architecture: 'aarch64', cdiDevices: devices, runtimes: ['runc', 'nvidia'] },
      jetson: { detected: true, model: 'NVIDIA Jetson AGX Orin', evidence: ['device-tree model'] },
      deviceNodes: ['/dev/nvhost-gpu', '/dev/nvmap'],
      deviceGroups: { '/dev/nvhost-gpu': 104, '/dev/nvmap': 44 },
    }),
  plain: () => hostFacts(),
} as const;
