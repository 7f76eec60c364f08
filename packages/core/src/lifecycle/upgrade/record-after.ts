import type { ContainerSpec } from '@nemoclaw/plugin-api';
import type { SandboxRecord } from '../../api/records.ts';
import type { SandboxImages } from '../images.ts';

/** Pure: what the record will say once the new container is proved; nothing that was proved of the old one is true of it. */
export const recordAfter = (
  record: SandboxRecord,
  images: Pick<SandboxImages, 'agent' | 'base' | 'parent'>,
  agent: { version: string; plugin: string },
): SandboxRecord => ({
  ...record,
  agent: { ...record.agent, ...agent, isolationProof: 'declared' },
  image: { ...images.agent, base: images.base.tag, parent: images.parent },
  proofs: record.proofs.bridge ? { bridge: record.proofs.bridge } : {},
});

/**
 * Pure: the plan of today before any plugin has a say, on what the recorded one has of its own: networks, ports and policy,
 * and what was altered by hand and carried ever since.
 */
export const planAfter = (fresh: ContainerSpec, recorded: ContainerSpec): ContainerSpec => ({
  ...fresh,
  networks: recorded.networks,
  ports: recorded.ports,
  restartPolicy: recorded.restartPolicy,
  mounts: [
    ...fresh.mounts,
    ...recorded.mounts.filter(({ target }) => !fresh.mounts.some((mount) => mount.target === target)),
  ],
  ...(recorded.carried ? { carried: recorded.carried } : {}),
});
