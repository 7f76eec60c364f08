import type { AllowedCall } from '@nemoclaw/relay/protocol';

export type ProviderAuth = { kind: 'none' } | { kind: 'bearer' } | { kind: 'header'; header: string };

/** Where the size of a model's context can be read, besides the model list itself. */
export type ContextSource = 'llamacpp-props' | 'ollama' | 'lmstudio';

export interface ProviderRecord {
  id: string;
  title: string;
  scope: 'local' | 'remote';
  /** As the host reaches it, ending in `/v1`; absent where the user has to name the endpoint. */
  baseUrl?: string;
  /** Usual port on the host, of the local ones. */
  port?: number;
  /** How a credential travels; local servers take one but seldom ask for it. */
  auth: ProviderAuth;
  credential: 'required' | 'optional';
  /** Variable that usually holds the credential, for hints. */
  credentialEnv?: string;
  /** Sent with every request. */
  headers: Record<string, string>;
  /** What the relay lets through. */
  allowed: AllowedCall[];
  /** Tried in order, before what the model list says. */
  context: ContextSource[];
  /** Taken when nothing says how large the context is. */
  assumedContextTokens: number;
}

const OPENAI_CALLS: AllowedCall[] = [
  'GET /v1/models',
  'POST /v1/chat/completions',
  'POST /v1/completions',
  'POST /v1/embeddings',
  'POST /v1/responses',
];

const local = (
  record: Pick<ProviderRecord, 'id' | 'title' | 'context'> & { port: number; messages?: boolean },
): ProviderRecord => ({
  id: record.id,
  title: record.title,
  scope: 'local',
  // Not `localhost`: many servers listen on IPv4 only, and the name may mean ::1.
  baseUrl: `http://127.0.0.1:${record.port}/v1`,
  port: record.port,
  auth: { kind: 'bearer' },
  credential: 'optional',
  headers: {},
  allowed: record.messages ? [...OPENAI_CALLS, 'POST /v1/messages'] : OPENAI_CALLS,
  context: record.context,
  // Small on purpose: a local server that says nothing cuts long prompts without a word.
  assumedContextTokens: 4_096,
});

const remote = (
  record: Pick<ProviderRecord, 'id' | 'title' | 'credentialEnv' | 'assumedContextTokens'> & Partial<ProviderRecord>,
): ProviderRecord => ({
  scope: 'remote',
  auth: { kind: 'bearer' },
  credential: 'required',
  headers: {},
  allowed: OPENAI_CALLS,
  context: [],
  ...record,
});

/** Providers are records, not code. `auto` takes the first local one of this order that answers with a model. */
export const PROVIDERS: readonly ProviderRecord[] = [
  local({ id: 'ollama', title: 'Ollama', port: 11_434, context: ['ollama'] }),
  local({ id: 'vllm', title: 'vLLM', port: 8_000, context: [], messages: true }),
  local({ id: 'nim', title: 'NVIDIA NIM', port: 8_000, context: [] }),
  local({ id: 'llamacpp', title: 'llama.cpp server', port: 8_080, context: ['llamacpp-props'], messages: true }),
  local({ id: 'lmstudio', title: 'LM Studio', port: 1_234, context: ['lmstudio'] }),
  remote({
    id: 'nvidia',
    title: 'NVIDIA API catalog',
    baseUrl: 'https://integrate.api.nvidia.com/v1',
    credentialEnv: 'NVIDIA_API_KEY',
    assumedContextTokens: 131_072,
  }),
  remote({
    id: 'openai',
    title: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    credentialEnv: 'OPENAI_API_KEY',
    assumedContextTokens: 128_000,
  }),
  remote({
    id: 'anthropic',
    title: 'Anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    credentialEnv: 'ANTHROPIC_API_KEY',
    auth: { kind: 'header', header: 'x-api-key' },
    headers: { 'anthropic-version': '2023-06-01' },
    allowed: ['GET /v1/models', 'POST /v1/messages', 'POST /v1/chat/completions'],
    assumedContextTokens: 200_000,
  }),
  remote({
    id: 'openai-compatible',
    title: 'Another server with an OpenAI-compatible API',
    credential: 'optional',
    credentialEnv: 'NEMOCLAW_CREDENTIAL',
    allowed: [...OPENAI_CALLS, 'POST /v1/messages'],
    context: ['llamacpp-props', 'ollama', 'lmstudio'],
    assumedContextTokens: 4_096,
  }),
];

/** The table with the user's own addresses in it (`providers` in config.json). */
export const providersAt = (
  addresses: Readonly<Record<string, { baseUrl: string }>>,
  records: readonly ProviderRecord[] = PROVIDERS,
): ProviderRecord[] =>
  records.map((record) => {
    const own = addresses[record.id];
    return own ? { ...record, baseUrl: own.baseUrl } : record;
  });
