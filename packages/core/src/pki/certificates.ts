import type { IsoTime } from '@nemoclaw/plugin-api';

export interface Credentials {
  certPem: string;
  /** PKCS #8. */
  keyPem: string;
  notAfter: IsoTime;
}

export const createSandboxCa = async (_input: { name: string; now: Date }): Promise<Credentials> => {
  throw new Error('not written yet');
};

export const issueLeaf = async (_input: {
  ca: Pick<Credentials, 'certPem' | 'keyPem'>;
  names: string[];
  now: Date;
}): Promise<Credentials> => {
  throw new Error('not written yet');
};
