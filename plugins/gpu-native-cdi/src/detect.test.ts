import type { GpuRequest, HostFacts } from '@nemoclaw/plugin-api';
import { HOSTS, hostFacts } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';

const gpu = (...names: string[]) => names.map((name) => `nvidia.com/gpu=${name}`);
const request = (patch?: string, devices: string[] = []): GpuRequest => ({
  devices,
  env: patch === undefined ? {} : { NEMOCLAW_DOCKER_GPU_PATCH: patch },
});

type Bid = 'default' | 'steps back' | 'no';

/** A row of the routing table: what native CDI bids without the variable, with 1 and with 0. */
const ROUTES: [string, HostFacts, Bid, Bid, Bid][] = [
  ['native Linux with a usable CDI device', HOSTS.nativeWithCdi(), 'default', 'steps back', 'default'],
  ['Docker Desktop on WSL', HOSTS.wslDesktop(), 'no', 'no', 'no'],
  ['Jetson with a CDI device', HOSTS.jetson(...gpu('0')), 'no', 'no', 'default'],
  ['Jetson without one', HOSTS.jetson(), 'no', 'no', 'no'],
  ['only the nvidia runtime', HOSTS.nativeWithRuntimeOnly(), 'no', 'no', 'no'],
  ['an engine inside WSL with a CDI device', HOSTS.wslEngine(), 'default', 'steps back', 'default'],
  ['Docker Desktop elsewhere', HOSTS.desktopElsewhere(), 'no', 'no', 'no'],
  ['no GPU', HOSTS.plain(), 'no', 'no', 'no'],
  ['CDI folders and no device', hostFacts({ engine: { cdiSpecDirs: ['/etc/cdi'] } }), 'no', 'no', 'no'],
  ['CDI devices of another vendor', hostFacts({ engine: { cdiDevices: ['amd.com/gpu=0'] } }), 'no', 'no', 'no'],
];

describe('routing', () => {
  for (const [host, facts, ...bids] of ROUTES) {
    for (const [index, patch] of [undefined, '1', '0'].entries()) {
      it(`${host}, patch ${patch ?? 'unset'}: ${bids[index]}`, () => {
        const { applicable, priority } = detect(facts, request(patch));
        const bid: Bid = !applicable ? 'no' : priority >= 100 ? 'default' : 'steps back';
        expect(bid).toBe(bids[index]);
      });
    }
  }

  it('takes anything but 0 and 1 for unset', () => {
    expect(detect(HOSTS.nativeWithCdi(), request('yes')).priority).toBe(100);
    expect(detect(HOSTS.jetson(...gpu('0')), request('no')).applicable).toBe(false);
  });

  it('warns when it steps back', () => {
    expect(detect(HOSTS.nativeWithCdi(), request('1')).warnings).toHaveLength(1);
    expect(detect(HOSTS.nativeWithCdi(), request()).warnings).toEqual([]);
  });

  it('does not apply, and names what there is, when the device asked for is unknown', () => {
    const bid = detect(HOSTS.nativeWithCdi(...gpu('0')), request(undefined, ['7']));
    expect(bid).toMatchObject({ applicable: false, priority: 0 });
    expect(bid.reason).toContain('nvidia.com/gpu=7');
    expect(bid.reason).toContain('it has nvidia.com/gpu=0');
  });

  it('names the way out on a Jetson', () => {
    expect(detect(HOSTS.jetson(...gpu('0')), request()).reason).toContain('NEMOCLAW_DOCKER_GPU_PATCH=0');
  });
});
