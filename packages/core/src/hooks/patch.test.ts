import type { ContainerSpec, PlanPatch } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { applyPatch } from './patch.ts';
import { plan } from './plan.fixture.ts';

const PLUGIN = '@acme/gpu@1.2.3';
const refused = (patch: unknown, on: ContainerSpec = plan): string => {
  try {
    applyPatch(on, patch as PlanPatch, PLUGIN);
  } catch (error) {
    expect(error).toMatchObject({ code: 'PLAN_PATCH_REFUSED', plugin: PLUGIN });
    return (error as Error).message;
  }
  throw new Error('the patch was taken');
};

describe('a patch within the allow-list', () => {
  it('is merged, and each field remembers who set it', () => {
    const result = applyPatch(
      plan,
      {
        env: { ACME_MODE: 'fast', LANG: 'de_DE.UTF-8' },
        labels: { 'com.acme.tier': 'gold' },
        limits: { pids: 1024 },
        devices: [{ pathOnHost: '/dev/nvmap', pathInContainer: '/dev/nvmap', permissions: 'rw' }],
        deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }],
        runtime: 'nvidia',
        groups: [44, 44, 27],
        mounts: [{ type: 'volume', source: 'nemoclaw-plugin-acme.gpu.models', target: '/mnt/models', readOnly: true }],
      },
      PLUGIN,
    );
    expect(result.plan).toEqual({
      ...plan,
      env: { ...plan.env, ACME_MODE: 'fast', LANG: 'de_DE.UTF-8' },
      labels: { ...plan.labels, 'com.acme.tier': 'gold' },
      limits: { ...plan.limits, pids: 1024 },
      devices: [{ pathOnHost: '/dev/nvmap', pathInContainer: '/dev/nvmap', permissions: 'rw' }],
      deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }],
      runtime: 'nvidia',
      groups: [27, 44],
      mounts: [
        ...plan.mounts,
        { type: 'volume', source: 'nemoclaw-plugin-acme.gpu.models', target: '/mnt/models', readOnly: true },
      ],
    });
    expect(result.provenance).toEqual(
      Object.fromEntries(
        [
          'env.ACME_MODE',
          'env.LANG',
          'labels.com.acme.tier',
          'limits.pids',
          'devices./dev/nvmap',
          'deviceRequests.cdi',
          'runtime',
          'groups.44',
          'groups.27',
          'mounts./mnt/models',
        ].map((field) => [field, PLUGIN]),
      ),
    );
  });

  it('changes neither its plan nor its patch, and shares nothing with them', () => {
    const before = structuredClone(plan);
    const patch = { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: ['nvidia.com/gpu=0'], capabilities: [] }] };
    const result = applyPatch(plan, patch, PLUGIN);
    result.plan.mounts.pop();
    result.plan.env.X = 'y';
    patch.deviceRequests[0]?.deviceIds.push('nvidia.com/gpu=1');
    expect(plan).toEqual(before);
    expect(result.plan.deviceRequests[0]?.deviceIds).toEqual(['nvidia.com/gpu=0']);
  });

  it('may be empty', () => {
    expect(applyPatch(plan, {}, PLUGIN)).toEqual({ plan, provenance: {} });
  });

  it('twice is once', () => {
    const patch: PlanPatch = {
      devices: [{ pathOnHost: '/dev/nvidia0', pathInContainer: '/dev/nvidia0', permissions: 'rw' }],
      deviceRequests: [{ driver: 'nvidia', count: -1, deviceIds: [], capabilities: [['gpu']] }],
      groups: [44],
      mounts: [{ type: 'volume', source: 'nemoclaw-plugin-acme.gpu.x', target: '/mnt/x', readOnly: true }],
    };
    const once = applyPatch(plan, patch, PLUGIN).plan;
    expect(applyPatch(once, patch, PLUGIN).plan).toEqual(once);
  });

  it.each([
    '/dev/nvidia0',
    '/dev/nvidiactl',
    '/dev/nvidia-uvm',
    '/dev/nvhost-gpu',
    '/dev/nvgpu/igpu0/ctrl',
    '/dev/dri/renderD128',
    '/dev/dxg',
    '/dev/kfd',
    '/dev/accel/accel0',
  ])('may hold the accelerator %s', (path) => {
    expect(
      applyPatch(plan, { devices: [{ pathOnHost: path, pathInContainer: path, permissions: 'rwm' }] }, PLUGIN).plan
        .devices,
    ).toHaveLength(1);
  });
});

describe('refused, whoever asks', () => {
  const device = (pathOnHost: string, pathInContainer = pathOnHost, permissions = 'rw') => ({
    devices: [{ pathOnHost, pathInContainer, permissions }],
  });
  const mount = (over: object) => ({
    mounts: [{ type: 'volume', source: 'nemoclaw-plugin-acme.gpu.x', target: '/mnt/x', readOnly: true, ...over }],
  });
  const request = (over: object) => ({
    deviceRequests: [{ driver: 'cdi', count: 0, deviceIds: [], capabilities: [], ...over }],
  });

  it.each<[string, unknown, RegExp]>([
    ['privileged mode', { privileged: true }, /may not set privileged: no plugin may change this/],
    ['capabilities', { capAdd: ['SYS_ADMIN'] }, /capAdd/],
    ['capDrop', { capDrop: [] }, /capDrop/],
    ['networks', { networks: [{ network: 'host', aliases: [] }] }, /networks/],
    ['security options', { securityOpt: [] }, /securityOpt/],
    ['sysctls', { sysctls: {} }, /sysctls/],
    ['the user', { user: '0:0' }, /user/],
    ['the command', { command: ['sh'] }, /command/],
    ['the image', { image: 'x' }, /image/],
    ['ports', { ports: [] }, /ports/],
    ['a writable root', { readOnlyRoot: false }, /readOnlyRoot/],
    ["the host's names", { extraHosts: {} }, /extraHosts/],
    ['one good key beside a bad one', { env: { A: 'b' }, ipc: 'host' }, /ipc/],
    ['an unknown limit', { limits: { oomScore: 1 } }, /limits\.oomScore/],
    ['no limit of processes', { limits: { pids: -1 } }, /limits\.pids/],
    ['memory without end', { limits: { memoryBytes: 0 } }, /limits\.memoryBytes/],
    ['cpus that are no number', { limits: { cpus: Number.NaN } }, /NaN/],
    ['the loader', { env: { LD_PRELOAD: '/mnt/x.so' } }, /env\.LD_PRELOAD: this variable changes how/],
    ['options of Node', { env: { NODE_OPTIONS: '--require /mnt/x.js' } }, /NODE_OPTIONS/],
    ['trust', { env: { SSL_CERT_FILE: '/mnt/x' } }, /SSL_CERT_FILE/],
    ['proxies', { env: { https_proxy: 'http://evil' } }, /https_proxy/],
    ['the path', { env: { PATH: '/mnt' } }, /PATH/],
    ['our own settings', { env: { NEMOCLAW_X: '1' } }, /NEMOCLAW_X/],
    ['env that is no name', { env: { 'A=B': 'c' } }, /env/],
    ['env that is no text', { env: { A: 1 } }, /env\.A/],
    ['a NUL', { env: { A: 'a\0b' } }, /NUL/],
    [
      'our labels',
      { labels: { 'ai.nemoclaw.generation': 'x' } },
      /labels\.ai\.nemoclaw\.generation: labels under this name are reserved/,
    ],
    ["the engine's labels", { labels: { 'com.docker.compose.project': 'x' } }, /reserved/],
    ['a bind', mount({ type: 'bind', source: '/', target: '/mnt/host' }), /mounts\.0\.type: must be "volume"/],
    ['a path as a volume', mount({ source: '/var/run/docker.sock' }), /own: nemoclaw-plugin-acme\.gpu\.<name>/],
    ['a writable volume', mount({ readOnly: false }), /read-only/],
    ['the volume of another sandbox', mount({ source: 'nemoclaw-demo-12345678-relay' }), /own/],
    ['the volume of another plugin', mount({ source: 'nemoclaw-plugin-other.x' }), /own/],
    ['a volume whose name climbs', mount({ source: 'nemoclaw-plugin-acme.gpu.../x' }), /own/],
    ['a mount over the sealed files', mount({ target: '/etc/nemoclaw/agent' }), /below \/mnt/],
    ['a mount that climbs', mount({ target: '/mnt/../etc/nemoclaw' }), /below/],
    ['a mount on a root itself', mount({ target: '/mnt/' }), /below/],
    ['a mount with options', mount({ target: '/mnt/x:rw' }), /below/],
    ['a tmpfs', { mounts: [{ type: 'tmpfs', target: '/mnt/x' }] }, /mounts\.0/],
    ['a disk', device('/dev/sda'), /"\/dev\/sda" is not the device file of an accelerator/],
    ['memory', device('/dev/mem'), /not the device/],
    ['fuse', device('/dev/fuse'), /not the device/],
    ["the engine's socket", device('/var/run/docker.sock'), /not the device/],
    ['a device that climbs', device('/dev/nvgpu/../sda'), /not the device/],
    ['a device under another name', device('/dev/nvidia0', '/etc/passwd'), /not the device/],
    ['odd permissions', device('/dev/nvidia0', '/dev/nvidia0', 'rwx'), /permissions/],
    ['a runtime with a path', { runtime: '/bin/sh' }, /runtime/],
    ['gid 0', { groups: [0] }, /groups\.0/],
    ['the group of the gateway', { groups: [64101] }, /groups\.64101: this group is one of the sandbox itself/],
    ['a device request with options', request({ options: {} }), /options/],
    ['a device id with a blank', request({ deviceIds: ['a b'] }), /deviceIds/],
    ['no object', 'nonsense', /patch/],
    ['a list', [], /patch/],
    ['null', null, /patch/],
    ['a function', { env: () => 1 }, /env is a function/],
    ['a Map', { env: new Map([['A', 'b']]) }, /env is a Map, not a plain object/],
  ])('%s', (_name, patch, message) => {
    expect(refused(patch)).toMatch(message);
  });

  it('nothing of a refused patch counts', () => {
    const before = structuredClone(plan);
    refused({ env: { GOOD: '1' }, groups: [64101] });
    expect(plan).toEqual(before);
  });

  it('two mounts in one place, or one inside the other', () => {
    const there = {
      ...plan,
      mounts: [...plan.mounts, { type: 'volume' as const, source: 'v', target: '/mnt/x', readOnly: true }],
    };
    for (const target of ['/mnt/x', '/mnt/x/y'])
      expect(refused(mount({ target }), there)).toMatch(/something else has this place already/);
    expect(applyPatch(there, mount({ target: '/mnt/xy' }) as PlanPatch, PLUGIN).plan.mounts).toHaveLength(
      there.mounts.length + 1,
    );
    expect(
      refused({ mounts: [...mount({}).mounts, ...mount({ source: 'nemoclaw-plugin-acme.gpu.y' }).mounts] }),
    ).toMatch(/has this place/);
  });

  it('another device in the place of one that is there', () => {
    const there = {
      ...plan,
      devices: [{ pathOnHost: '/dev/nvidia0', pathInContainer: '/dev/nvidia0', permissions: 'rw' }],
    };
    expect(refused(device('/dev/nvidia1', '/dev/nvidia0'), there)).toMatch(/has this place already/);
  });
});
