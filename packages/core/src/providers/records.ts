import type { AllowedCall } from '@nemoclaw/relay/protocol';

export type ProviderAuth =
  | { kind: 'none' }
  | { kind: 'bearer'; required: boolean }
  | { kind: 'header'; header: string; required: boolean };

export interface ProviderRecord {
  id: string;
  title: string;
  scope: 'local' | 'remote';
  /** As the host reaches it, ending in `/v1`; absent where the user has to name the endpoint. */
  baseUrl?: string;
  /** Usual port on the host, of the local ones. */
  port?: number;
  auth: ProviderAuth;
  headers: Record<string, string>;
  allowed: AllowedCall[];
  /** Where the size of a model's context can be read. */
  context: ('models' | 'llamacpp-props' | 'ollama' | 'lmstudio')[];
  /** Taken when nothing says how large the context is. */
  assumedContextTokens: number;
}

export const PROVIDERS: readonly ProviderRecord[] = [];
