import type { EngineFacts } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { detectHostFacts, type HostFiles } from './facts.ts';

const ENGINE: EngineFacts = {
  engineVersion: '28.5.2',
  apiVersion: '1.51',
  operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
  kernelVersion: '6.1.0-18-amd64',
  architecture: 'x86_64',
  labels: [],
  runtimes: ['runc'],
  cdiSpecDirs: ['/etc/cdi'],
  cdiDevices: [],
  rootDir: '/var/lib/docker',
  cgroupVersion: '2',
  memoryBytes: 1,
  cpus: 2,
  rootless: false,
};

/** Paths of files with their content; folders follow from them. */
const files = (content: Record<string, string>): HostFiles => ({
  read: async (path) => content[path],
  list: async (folder) => [
    ...new Set(
      Object.keys(content)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
    ),
  ],
  group: async (path) => (path in content ? Number(content[path] || 0) : undefined),
});
const detect = (content: Record<string, string>, engine: Partial<EngineFacts> = {}, env: Record<string, string> = {}) =>
  detectHostFacts({ driver: { hostFacts: async () => ({ ...ENGINE, ...engine }) }, env, fs: files(content) });

describe('WSL', () => {
  it.each([
    ['by its variable', {}, {}, { WSL_DISTRO_NAME: 'Ubuntu' }, 'WSL_DISTRO_NAME is set'],
    ['by interop', {}, {}, { WSL_INTEROP: '/run/WSL/1_interop' }, 'WSL_INTEROP is set'],
    [
      'by the kernel',
      { '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' },
      {},
      {},
      'kernel 5.15.167.4-microsoft-standard-WSL2',
    ],
    ['by the kernel of the engine', {}, { kernelVersion: '5.15-microsoft' }, {}, 'kernel of the engine 5.15-microsoft'],
  ])('is seen %s', async (_how, content, engine, env, evidence) => {
    expect((await detect(content, engine, env)).wsl).toEqual({ detected: true, evidence: [evidence] });
  });

  it('is not seen on plain Linux, nor by an empty variable', async () => {
    const facts = await detect({ '/proc/sys/kernel/osrelease': '6.1.0-18-amd64' }, {}, { WSL_DISTRO_NAME: '' });
    expect(facts.wsl).toEqual({ detected: false, evidence: [] });
  });
});

describe('Docker Desktop', () => {
  it.each([
    [{ operatingSystem: 'Docker Desktop' }, true],
    [{ labels: ['com.docker.desktop.address=unix:///x'] }, true],
    [{}, false],
  ])('%j', async (engine, expected) => {
    expect((await detect({}, engine)).dockerDesktop).toBe(expected);
  });
});

describe('Jetson', () => {
  it('is seen by its device tree, whose text ends with a zero byte', async () => {
    const facts = await detect({ '/proc/device-tree/model': 'NVIDIA Jetson AGX Orin Developer Kit\0' });
    expect(facts.jetson).toMatchObject({ detected: true, model: 'NVIDIA Jetson AGX Orin Developer Kit' });
  });

  it('is seen by DMI', async () => {
    expect((await detect({ '/sys/class/dmi/id/product_name': 'Jetson Thor\n' })).jetson.model).toBe('Jetson Thor');
  });

  it('is seen by its device nodes alone', async () => {
    const facts = await detect({ '/dev/nvmap': '', '/dev/nvhost-gpu': '', '/dev/nvgpu/igpu0/ctrl': '' });
    expect(facts.jetson).toEqual({ detected: true, model: '', evidence: ['/dev/nvhost-gpu', '/dev/nvmap'] });
    expect(facts.deviceNodes).toEqual(['/dev/nvgpu/igpu0/ctrl', '/dev/nvhost-gpu', '/dev/nvmap']);
  });

  it.each(['Raspberry Pi 5', 'PowerEdge Orinoco', ''])('is not %j', async (model) => {
    expect((await detect({ '/proc/device-tree/model': model })).jetson.detected).toBe(false);
  });
});

it('lists the nodes that matter to a GPU and no others', async () => {
  const content = {
    '/dev/nvidia0': '',
    '/dev/nvidiactl': '',
    '/dev/sda': '',
    '/dev/dxg': '',
    '/dev/dri/renderD128': '',
    '/dev/nvidia-caps/nvidia-cap1': '',
  };
  expect((await detect(content)).deviceNodes).toEqual([
    '/dev/dri/renderD128',
    '/dev/dxg',
    '/dev/nvidia-caps/nvidia-cap1',
    '/dev/nvidia0',
    '/dev/nvidiactl',
  ]);
});

it('knows the group of each node', async () => {
  const facts = await detect({ '/dev/nvmap': '44', '/dev/nvhost-gpu': '104', '/dev/nvgpu/igpu0/ctrl': '44' });
  expect(facts.deviceGroups).toEqual({ '/dev/nvgpu/igpu0/ctrl': 44, '/dev/nvhost-gpu': 104, '/dev/nvmap': 44 });
});

it('reads this very host without failing', async () => {
  const facts = await detectHostFacts({ driver: { hostFacts: async () => ENGINE }, env: {} });
  expect(facts.engine).toEqual(ENGINE);
});
