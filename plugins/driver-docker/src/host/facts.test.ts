import { describe, expect, it } from 'vitest';
import { engineCapabilities, engineFacts, type InfoDocument } from './facts.ts';

const capabilities = (info: InfoDocument, platform: NodeJS.Platform = 'linux', api = '1.51') =>
  engineCapabilities(engineFacts(info, api), platform);

describe('engineFacts', () => {
  it('lists CDI devices only, by their full names', () => {
    const info = {
      DiscoveredDevices: [
        { Source: 'cdi', ID: 'nvidia.com/gpu=0' },
        { Source: 'other', ID: 'x' },
      ],
    };
    expect(engineFacts(info, '1.51').cdiDevices).toEqual(['nvidia.com/gpu=0']);
  });

  it('reads an engine that leaves fields out', () => {
    expect(engineFacts({}, '1.50')).toMatchObject({ cdiDevices: [], runtimes: [], labels: [], rootless: false });
  });

  it('sees a rootless engine', () => {
    expect(engineFacts({ SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] }, '1.50').rootless).toBe(
      true,
    );
  });
});

describe('engineCapabilities', () => {
  it.each([
    ['direct', { OperatingSystem: 'Debian GNU/Linux 12 (bookworm)' }, 'linux'],
    ['host-gateway', { OperatingSystem: 'Docker Desktop' }, 'linux'],
    ['host-gateway', { OperatingSystem: 'OrbStack' }, 'darwin'],
    ['host-gateway', { OperatingSystem: 'Ubuntu 24.04', Labels: ['com.docker.desktop.address=unix://x'] }, 'linux'],
    ['host-gateway', { OperatingSystem: 'Ubuntu 24.04' }, 'darwin'],
  ] as const)('reaches the host %s on %j', (hostAddress, info, platform) => {
    const document: InfoDocument = { OperatingSystem: info.OperatingSystem };
    if ('Labels' in info) document.Labels = [...info.Labels];
    expect(capabilities(document, platform).hostAddress).toBe(hostAddress);
  });

  it('has CDI with spec folders, isolation from API 1.48 on', () => {
    expect(capabilities({ CDISpecDirs: ['/etc/cdi'] }).cdi).toBe(true);
    expect(capabilities({ CDISpecDirs: [] }).cdi).toBe(false);
    expect(capabilities({}, 'linux', '1.47').isolatedNetworks).toBe(false);
    expect(capabilities({}, 'linux', '1.48').isolatedNetworks).toBe(true);
  });
});
