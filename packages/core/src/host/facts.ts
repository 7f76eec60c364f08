import type { Driver, HostFacts } from '@nemoclaw/plugin-api';

export interface HostFiles {
  /** Content, or `undefined` when it can't be read. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder; empty when it can't be read. */
  list(folder: string): Promise<string[]>;
}

export const detectHostFacts = async (_input: {
  driver: Pick<Driver, 'hostFacts'>;
  env: Readonly<Record<string, string | undefined>>;
  fs?: HostFiles;
  signal?: AbortSignal;
}): Promise<HostFacts> => {
  throw new Error('not written yet');
};
