import { codedError } from '../errors/index.ts';
import { type Asker, READ_LIMITS, type ReadLimits } from './ask.ts';
import { chooseModel } from './choose-model.ts';
import { readContext } from './context.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { listModels, type ModelsAnswer, type ProviderModel } from './models.ts';
import type { ProviderRecord } from './records.ts';

export type { ProviderModel } from './models.ts';

export interface ChooseProviderInput {
  /** A record's id or `auto`. */
  provider: string;
  endpoint?: string;
  credential?: string;
  model?: string;
  records: readonly ProviderRecord[];
  fetch: typeof globalThis.fetch;
  /** 1 MiB and 5 s for each answer. */
  limits?: ReadLimits;
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

const askerOf = (input: ChooseProviderInput, record: ProviderRecord, credential: string | undefined): Asker => {
  const headers = { ...record.headers };
  if (credential !== undefined && record.auth.kind === 'bearer') headers.authorization = `Bearer ${credential}`;
  if (credential !== undefined && record.auth.kind === 'header') headers[record.auth.header] = credential;
  return {
    fetch: input.fetch,
    headers,
    limits: input.limits ?? READ_LIMITS,
    ...(input.signal ? { signal: input.signal } : {}),
  };
};

const wordsOf = (answer: Exclude<ModelsAnswer, { outcome: 'ok' }>): string => {
  if (answer.outcome === 'no_answer') return answer.why;
  if (answer.status >= 300 && answer.status < 400) return `it answers with a redirect (${answer.status})`;
  return `it answered ${answer.status}${answer.text === '' ? '' : `: ${answer.text}`}`;
};

const failure = (
  record: ProviderRecord,
  url: string,
  answer: Exclude<ModelsAnswer, { outcome: 'ok' }>,
  given: boolean,
) => {
  const details = { provider: record.id, endpoint: url };
  if (answer.outcome === 'status' && (answer.status === 401 || answer.status === 403))
    return given
      ? codedError('PROVIDER_UNAUTHORIZED', {
          message: `${record.title} at ${url} refuses the credential (${answer.status}).`,
          details: { ...details, status: answer.status },
        })
      : codedError('CREDENTIAL_MISSING', {
          message: `${record.title} at ${url} asks for a credential (${answer.status}) and none was given.`,
          details: { ...details, status: answer.status },
        });
  return codedError('PROVIDER_DOWN', {
    message: `${record.title} at ${url}: ${wordsOf(answer)}.`,
    details: { ...details, ...(answer.outcome === 'status' ? { status: answer.status } : {}) },
  });
};

const settle = async (
  input: ChooseProviderInput,
  found: { record: ProviderRecord; endpoint: Endpoint; models: ProviderModel[]; asker: Asker },
): Promise<ProviderChoice> => {
  const { record, endpoint, models, asker } = found;
  const { model, why } = chooseModel(record, models, input.model);
  const context = await readContext(asker, record, endpoint.hostBaseUrl, model);
  return {
    record,
    ...endpoint,
    models,
    model: model.id,
    contextTokens: context.tokens,
    why: `${record.title} answers at ${endpoint.hostBaseUrl}; model ${model.id}, ${why}; context of ${context.tokens} tokens from ${context.from}`,
  };
};

const named = async (input: ChooseProviderInput, record: ProviderRecord): Promise<ProviderChoice> => {
  const address = input.endpoint ?? record.baseUrl;
  if (address === undefined)
    throw codedError('USAGE', {
      message: `Provider ${record.id} needs an endpoint.`,
      hint: 'Give it with --endpoint, such as `--endpoint http://127.0.0.1:8000/v1`.',
    });
  const endpoint = parseEndpoint(address);
  if (record.credential === 'required' && input.credential === undefined)
    throw codedError('CREDENTIAL_MISSING', {
      message: `${record.title} needs a credential and none was given.`,
      ...(record.credentialEnv
        ? { hint: `Put it into an environment variable and name that: --credential-env ${record.credentialEnv}` }
        : {}),
      details: { provider: record.id },
    });
  const asker = askerOf(input, record, input.credential);
  const answer = await listModels(asker, endpoint.hostBaseUrl);
  if (answer.outcome !== 'ok') throw failure(record, endpoint.hostBaseUrl, answer, input.credential !== undefined);
  return settle(input, { record, endpoint, models: answer.models, asker });
};

/** All local ones at once, each address once; a credential is for a provider that was named, so none is sent. */
const automatic = async (input: ChooseProviderInput): Promise<ProviderChoice> => {
  const candidates = input.records
    .filter((record) => record.scope === 'local' && record.baseUrl !== undefined)
    .map((record) => ({ record, endpoint: parseEndpoint(record.baseUrl ?? '') }))
    .filter(
      ({ endpoint }, index, all) =>
        all.findIndex((other) => other.endpoint.hostBaseUrl === endpoint.hostBaseUrl) === index,
    );
  const looked = await Promise.all(
    candidates.map(async ({ record, endpoint }) => {
      const asker = askerOf(input, record, undefined);
      return { record, endpoint, asker, answer: await listModels(asker, endpoint.hostBaseUrl) };
    }),
  );
  const answered = looked.flatMap(({ answer, ...rest }) =>
    answer.outcome === 'ok' ? [{ ...rest, models: answer.models }] : [],
  );
  const suits = (models: ProviderModel[], record: ProviderRecord): boolean => {
    try {
      chooseModel(record, models, input.model);
      return true;
    } catch {
      return false;
    }
  };
  const best = answered.find(({ models, record }) => suits(models, record)) ?? answered[0];
  if (best) return settle(input, best);
  const seen = looked.map(({ record, endpoint, answer }) => {
    const why = answer.outcome === 'ok' ? 'answers' : wordsOf(answer);
    return `${record.id} at ${endpoint.hostBaseUrl}: ${why}`;
  });
  throw codedError('PROVIDER_NOT_FOUND', {
    message: `No local model server answers. Looked at ${seen.join('; ')}.`,
    details: { looked: seen },
  });
};

/**
 * Which provider, which model, how large its real context is. Asks the provider itself, bounded, and changes nothing.
 * PROVIDER_UNKNOWN, PROVIDER_DOWN, PROVIDER_NOT_FOUND, PROVIDER_UNAUTHORIZED, CREDENTIAL_MISSING, MODEL_NOT_FOUND, USAGE.
 */
export const chooseProvider = async (input: ChooseProviderInput): Promise<ProviderChoice> => {
  // Somebody who gives an address has chosen, only not said what speaks there.
  const wanted = input.provider === 'auto' && input.endpoint !== undefined ? 'openai-compatible' : input.provider;
  if (wanted === 'auto') return automatic(input);
  const record = input.records.find(({ id }) => id === wanted);
  if (!record)
    throw codedError('PROVIDER_UNKNOWN', {
      message: `There is no provider ${wanted}.`,
      hint: `Known are ${input.records.map(({ id }) => id).join(', ')}, and \`auto\`.`,
      details: { provider: wanted },
    });
  return named(input, record);
};
