import type { ProviderRecord } from './records.ts';

export interface ProviderModel {
  id: string;
  contextTokens?: number;
}

export interface ChooseProviderInput {
  /** A record's id or `auto`. */
  provider: string;
  endpoint?: string;
  credential?: string;
  model?: string;
  records: readonly ProviderRecord[];
  fetch: typeof globalThis.fetch;
  signal?: AbortSignal;
}

export interface ProviderChoice {
  record: ProviderRecord;
  /** As the host reaches it, ending in `/v1`. */
  hostBaseUrl: string;
  /** The same as the relay reaches it. */
  relayBaseUrl: string;
  models: ProviderModel[];
  model: string;
  contextTokens: number;
  why: string;
}

export const chooseProvider = async (_input: ChooseProviderInput): Promise<ProviderChoice> => {
  throw new Error('not written yet');
};
