import { objectNames } from '../lifecycle/names.ts';

interface Sandbox {
  name: string;
  sandboxId: string;
}

/** The agent container's own name. */
export const canonicalName = ({ name, sandboxId }: Sandbox): string => objectNames(name, sandboxId).agent;

/** Under which a replacement is made while the other one runs; of the generation, so that no two attempts share it. */
export const stagingName = (sandbox: Sandbox, generation: string): string =>
  `${canonicalName(sandbox)}-staging-${generation.slice(0, 8)}`;

/** Under which the one that is replaced waits until the replacement is proved. */
export const backupName = (sandbox: Sandbox, generation: string): string =>
  `${canonicalName(sandbox)}-backup-${generation.slice(0, 8)}`;
