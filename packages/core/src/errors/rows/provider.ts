import type { ErrorRow } from '../row.ts';

/** Model providers and the way from the sandbox to them. */
export const providerRows = {
  PROVIDER_UNKNOWN: {
    audience: 'user',
    exit: 2,
    message: 'There is no provider of this name.',
    hint: 'Known are ollama, vllm, nim, llamacpp, lmstudio, nvidia, openai, anthropic, openai-compatible, and `auto`.',
  },
  PROVIDER_DOWN: {
    audience: 'environment',
    exit: 1,
    message: 'The model provider does not answer.',
    hint: 'Start it, or give its address with --endpoint; `curl <endpoint>/models` must answer.',
  },
  PROVIDER_NOT_FOUND: {
    audience: 'environment',
    exit: 1,
    message: 'No local model server was found.',
    hint: 'Start one (Ollama, vLLM, NIM, llama-server, LM Studio), or name a provider with --provider.',
  },
  PROVIDER_UNAUTHORIZED: {
    audience: 'user',
    exit: 1,
    message: 'The model provider refuses the credential.',
    hint: 'Check the key in the variable that --credential-env names; it may be wrong, ended or without access to the model.',
  },
  CREDENTIAL_MISSING: {
    audience: 'user',
    exit: 2,
    message: 'The provider needs a credential and none was given.',
    hint: 'Put it into an environment variable and name that one: --credential-env VAR. Never on the command line itself.',
  },
  MODEL_NOT_FOUND: {
    audience: 'user',
    exit: 1,
    message: 'The provider does not have this model.',
    hint: 'The details list what it has; choose one with --model.',
  },
  MODEL_TOO_SMALL: {
    audience: 'user',
    exit: 1,
    message: 'The context of the model is too small for the prompt of the agent.',
    hint: 'Raise the context of the server (Ollama: OLLAMA_CONTEXT_LENGTH, llama-server: -c, vLLM: --max-model-len), or choose another model.',
  },
  BRIDGE_BLOCKED: {
    audience: 'environment',
    exit: 1,
    message: 'Containers cannot reach the model server on this host: a firewall stands between.',
    hint: 'The remedy in the details is the exact rule; nothing was created and nothing on the host was changed.',
  },
  BRIDGE_LOOPBACK: {
    audience: 'environment',
    exit: 1,
    message: 'The model server listens on 127.0.0.1 only, where containers cannot reach it.',
    hint: 'Let it listen on the egress address that the details name, or run the command again with --forward.',
  },
  INFERENCE_UNREACHABLE: {
    audience: 'environment',
    exit: 1,
    message: 'The agent cannot reach the model through https://inference.local.',
    hint: 'The details say at which layer it stops; `nemoclaw <name> doctor` tries each one again.',
  },
} as const satisfies Record<string, ErrorRow>;
