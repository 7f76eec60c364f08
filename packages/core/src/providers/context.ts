import { type Asker, ask } from './ask.ts';
import { serverRoot } from './endpoint.ts';
import { contextOf, isObject, type ProviderModel } from './models.ts';
import type { ContextSource, ProviderRecord } from './records.ts';

export interface ContextSize {
  tokens: number;
  /** Where that is from, for a person. */
  from: string;
}

type Read = (asker: Asker, root: string, model: string) => Promise<ContextSize | undefined>;

const bodyOf = async (asker: Asker, url: string, body?: object): Promise<Record<string, unknown>> => {
  const answer = await ask(asker, url, body);
  return answer.outcome === 'ok' && isObject(answer.body) ? answer.body : {};
};

const size = (value: unknown, from: string): ContextSize | undefined => {
  const tokens = contextOf(value);
  return tokens === undefined ? undefined : { tokens, from };
};

const child = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
const items = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** One slot's share: what a single request may really fill. */
const readLlamacpp: Read = async (asker, root) => {
  const props = await bodyOf(asker, `${root}/props`);
  return size(child(props.default_generation_settings).n_ctx, '/props of the server');
};

/** Ollama cuts longer prompts without a word, to this size unless model or server say otherwise. */
const OLLAMA_DEFAULT_TOKENS = 4_096;

/** `num_ctx   8192`, one parameter a line. */
const numCtxOf = (parameters: unknown): number | undefined => {
  const found = typeof parameters === 'string' ? /^num_ctx\s+(\d+)/m.exec(parameters) : null;
  return found ? Number(found[1]) : undefined;
};

/**
 * A model that is loaded says what it was loaded with. Otherwise its own `num_ctx`; its architecture's maximum is only
 * what it could have, so without either the server's default is taken.
 */
const readOllama: Read = async (asker, root, model) => {
  const running = await bodyOf(asker, `${root}/api/ps`);
  const loaded = items(running.models).find((entry) => entry.name === model || entry.model === model);
  const live = size(loaded?.context_length, '/api/ps, as it is loaded now');
  if (live) return live;
  const shown = await bodyOf(asker, `${root}/api/show`, { model });
  const chosen = size(numCtxOf(shown.parameters), 'num_ctx of the model');
  if (chosen) return chosen;
  const info = child(shown.model_info);
  const maximum = contextOf(Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1]);
  if (maximum === undefined) return undefined;
  return {
    tokens: Math.min(maximum, OLLAMA_DEFAULT_TOKENS),
    from: `Ollama's default, of ${maximum} that the model could have: run it once, or set OLLAMA_CONTEXT_LENGTH or num_ctx`,
  };
};

const readLmstudio: Read = async (asker, root, model) => {
  const answer = await bodyOf(asker, `${root}/api/v0/models`);
  const entry = items(answer.data).find(({ id }) => id === model);
  return (
    size(entry?.loaded_context_length, '/api/v0/models, as it is loaded now') ??
    size(entry?.max_context_length, '/api/v0/models, its maximum')
  );
};

const READERS: Record<ContextSource, Read> = {
  'llamacpp-props': readLlamacpp,
  ollama: readOllama,
  lmstudio: readLmstudio,
};

/** The context that the provider really gives, from the best source that says anything. */
export const readContext = async (
  asker: Asker,
  record: ProviderRecord,
  baseUrl: string,
  model: ProviderModel,
): Promise<ContextSize> => {
  for (const source of record.context) {
    const found = await READERS[source](asker, serverRoot(baseUrl), model.id);
    if (found) return found;
  }
  if (model.contextTokens !== undefined) return { tokens: model.contextTokens, from: 'its list of models' };
  return { tokens: record.assumedContextTokens, from: 'an assumption: the provider does not say' };
};
