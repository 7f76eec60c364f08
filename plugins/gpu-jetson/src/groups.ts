import type { HostFacts } from '@nemoclaw/plugin-api';

const JETSON_NODE = /^\/dev\/(?:nvmap|nvhost-[^/]+|nvgpu\/[^/]+\/[^/]+)$/;

/**
 * Pure: numeric groups of the device nodes of a Jetson, ascending, each once. Root's is none: it opens nothing that
 * others can't. The runtime brings the nodes with the owners that they have on the host.
 */
export const deviceGroups = ({ deviceNodes, deviceGroups: groups }: HostFacts): number[] =>
  [...new Set(deviceNodes.filter((node) => JETSON_NODE.test(node)).map((node) => groups[node] ?? 0))]
    .filter((gid) => gid !== 0)
    .sort((a, b) => a - b);
