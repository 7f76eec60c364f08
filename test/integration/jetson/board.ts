import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildShim } from '@nemoclaw/testkit/cdi-fixture';

/** A device node of the board, with the group that it has on the host; under the hood each is /dev/null. */
export interface BoardNode {
  path: string;
  gid: number;
  /** Octal; 660 opens for nobody but root and the group. */
  mode: string;
}

/** As on an Orin: two groups, one of them twice, a node that is root's, and one a folder deeper. */
export const BOARD: BoardNode[] = [
  { path: '/dev/nvhost-ctrl', gid: 104, mode: '660' },
  { path: '/dev/nvmap', gid: 44, mode: '660' },
  { path: '/dev/nvgpu/igpu0/ctrl', gid: 44, mode: '660' },
  { path: '/dev/nvhost-power-gpu', gid: 0, mode: '666' },
];

/** What the nvidia runtime does on such a board: the nodes, as the host has them, and the driver's library. */
const EDIT = `
const { readFileSync, writeFileSync } = require('node:fs');
const [bundle, nodes, library] = process.argv.slice(2);
const path = bundle + '/config.json';
const config = JSON.parse(readFileSync(path, 'utf8'));
if (config.process.env.some((line) => line.startsWith('NVIDIA_VISIBLE_DEVICES='))) {
  config.linux.devices ??= [];
  for (const { path, gid, mode } of JSON.parse(readFileSync(nodes, 'utf8')))
    config.linux.devices.push({ path, type: 'c', major: 1, minor: 3, fileMode: parseInt(mode, 8), uid: 0, gid });
  config.mounts.push({ destination: '/usr/lib/libcuda.so.1', source: library, type: 'bind', options: ['ro', 'rbind'] });
  writeFileSync(path, JSON.stringify(config));
}
`;

/** An ordinary graphics card. */
export const CARD: BoardNode[] = [{ path: '/dev/nvidia0', gid: 0, mode: '666' }];

export interface FakeRuntime {
  /** The program. */
  path: string;
  /** What it gives containers from now on. */
  give(nodes: BoardNode[]): void;
}

/** Writes a runtime that an engine can be told to call `nvidia`. */
export const writeRuntime = async (folder: string, cuInit: number): Promise<FakeRuntime> => {
  const library = join(folder, 'libcuda.so.1');
  await buildShim(library, cuInit);
  chmodSync(library, 0o755);
  const runtime = join(folder, 'nvidia-container-runtime');
  const edit = join(folder, 'edit.cjs');
  const nodes = join(folder, 'nodes.json');
  writeFileSync(edit, EDIT);
  const script = `#!/bin/sh
bundle= create= last=
for word in "$@"; do
  [ "$last" = --bundle ] && bundle=$word
  [ "$word" = create ] && create=yes
  last=$word
done
[ -z "$create" ] || '${process.execPath}' '${edit}' "$bundle" '${nodes}' '${library}' || exit 1
exec runc "$@"
`;
  writeFileSync(runtime, script, { mode: 0o755 });
  return { path: runtime, give: (given) => writeFileSync(nodes, JSON.stringify(given)) };
};

/** Shell lines that put a /dev with the board's nodes over that of the mount namespace they run in. */
export const boardDev = (folder: string): string => {
  const dev = join(folder, 'dev');
  mkdirSync(dev);
  const nodes = BOARD.map(
    ({ path, gid, mode }) =>
      `mkdir -p "$(dirname .${path})" && mknod .${path} c 1 3 && chgrp ${gid} .${path} && chmod ${mode} .${path}`,
  );
  return [
    `mount -t tmpfs -o mode=755 tmpfs '${dev}'`,
    `cd '${folder}'`,
    'for node in null zero full random urandom tty; do cp -a /dev/$node dev/; done',
    'ln -s /proc/self/fd dev/fd',
    ...nodes,
    `mount --move '${dev}' /dev`,
  ].join(' && ');
};
