import type { GpuRequest, HostFacts } from '@nemoclaw/plugin-api';
import { HOSTS, hostFacts } from '@nemoclaw/testkit/contexts';
import { describe, expect, it } from 'vitest';
import { routeGpu } from '../../packages/core/src/host/route-gpu.ts';
import jetson from '../../plugins/gpu-jetson/src/index.ts';
import legacySwap from '../../plugins/gpu-legacy-swap/src/index.ts';
import nativeCdi from '../../plugins/gpu-native-cdi/src/index.ts';

const STRATEGIES = [nativeCdi, legacySwap, jetson];

const wslRuntimeOnly = hostFacts({
  engine: { runtimes: ['runc', 'nvidia'] },
  wsl: { detected: true, evidence: ['WSL_DISTRO_NAME is set'] },
  deviceNodes: ['/dev/dxg'],
});
const cdi = 'nvidia.com/gpu=0';

/** What `NEMOCLAW_DOCKER_GPU_PATCH` unset, `1` and `0` come to; `null` is no GPU. */
const ROUTES: [host: string, facts: HostFacts, unset: string | null, one: string | null, zero: string | null][] = [
  ['native Linux with a usable CDI device', HOSTS.nativeWithCdi(), 'native-cdi', 'legacy-swap', 'native-cdi'],
  ['an engine inside WSL with a CDI device', HOSTS.wslEngine(), 'native-cdi', 'legacy-swap', 'native-cdi'],
  ['Docker Desktop on WSL', HOSTS.wslDesktop(), 'legacy-swap', 'legacy-swap', 'legacy-swap'],
  ['a Jetson with a CDI device', HOSTS.jetson(cdi), 'jetson', 'jetson', 'native-cdi'],
  ['a Jetson without one', HOSTS.jetson(), 'jetson', 'jetson', null],
  ['only the nvidia runtime on native Linux', HOSTS.nativeWithRuntimeOnly(), 'legacy-swap', 'legacy-swap', null],
  ['only the nvidia runtime in an engine inside WSL', wslRuntimeOnly, 'legacy-swap', 'legacy-swap', null],
  ['Docker Desktop elsewhere', HOSTS.desktopElsewhere(), null, null, null],
  ['no NVIDIA GPU', HOSTS.plain(), null, null, null],
  ['a specification folder without a device', hostFacts({ engine: { cdiSpecDirs: ['/etc/cdi'] } }), null, null, null],
  ['CDI devices of another vendor', hostFacts({ engine: { cdiDevices: ['amd.com/gpu=0'] } }), null, null, null],
  ['a driver and no toolkit', hostFacts({ deviceNodes: ['/dev/nvidia0'] }), null, null, null],
];

const bids = (facts: HostFacts, patch: string | undefined) => {
  const request: GpuRequest = { devices: [], env: patch === undefined ? {} : { NEMOCLAW_DOCKER_GPU_PATCH: patch } };
  return STRATEGIES.map((strategy) => strategy.detect(facts, request));
};

describe('which strategy a host gets', () => {
  for (const [host, facts, ...expected] of ROUTES)
    for (const [index, patch] of [undefined, '1', '0'].entries())
      it(`${host}, patch ${patch ?? 'unset'}: ${expected[index] ?? 'none'}`, () => {
        const route = routeGpu({ bids: bids(facts, patch), request: 'auto' });
        expect(route.chosen).toBe(expected[index]);
        expect(route.reason.length).toBeGreaterThan(10);
      });

  it('never leaves two strategies with the same claim, so that the order of their names decides nothing', () => {
    for (const [, facts] of ROUTES)
      for (const patch of [undefined, '1', '0']) {
        const claims = bids(facts, patch).filter(({ applicable }) => applicable);
        expect(new Set(claims.map(({ priority }) => priority)).size).toBe(claims.length);
      }
  });

  it('warns where 0 is ignored', () => {
    const { warnings } = routeGpu({ bids: bids(HOSTS.wslDesktop(), '0'), request: 'auto' });
    expect(warnings.join()).toContain('ignored');
    expect(routeGpu({ bids: bids(HOSTS.wslDesktop(), undefined), request: 'auto' }).warnings).toEqual([]);
  });

  it('refuses every strategy on a host without a GPU, in its own words', () => {
    for (const { id } of STRATEGIES)
      expect(() => routeGpu({ bids: bids(HOSTS.plain(), undefined), request: id })).toThrow(
        expect.objectContaining({ code: 'GPU_NOT_APPLICABLE' }),
      );
  });

  it.each(ROUTES)(
    '%s: a strategy by name is taken where it fits, and refused in its own words where not',
    (_host, facts) => {
      for (const patch of [undefined, '1', '0']) {
        const all = bids(facts, patch);
        for (const { strategy, applicable, reason } of all) {
          const asked = () => routeGpu({ bids: all, request: strategy });
          if (applicable) expect(asked().chosen).toBe(strategy);
          else
            expect(asked).toThrow(
              expect.objectContaining({ code: 'GPU_NOT_APPLICABLE', message: expect.stringContaining(reason) }),
            );
        }
      }
    },
  );

  it('names the variable where it is the reason for no GPU', () => {
    const { reason } = routeGpu({ bids: bids(HOSTS.nativeWithRuntimeOnly(), '0'), request: 'auto' });
    expect(reason).toContain('NEMOCLAW_DOCKER_GPU_PATCH=0 forbids');
  });

  it('gives a strategy that steps back to whoever asks for it by name', () => {
    expect(routeGpu({ bids: bids(HOSTS.nativeWithCdi(), undefined), request: 'legacy-swap' }).chosen).toBe(
      'legacy-swap',
    );
  });
});
