import { type Answer, type Asker, ask } from './ask.ts';

export interface ProviderModel {
  id: string;
  contextTokens?: number;
}

export const CONTEXT_RANGE = { min: 512, max: 10_000_000 } as const;
const MODEL_ID = /^[\w.:/@+-]{1,128}$/;
/** What servers call the real size of a context in their model list. */
const CONTEXT_FIELDS = ['max_model_len', 'context_length', 'context_window', 'max_context_length', 'max_input_tokens'];

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A size that a provider states, brought into what can be true; anything else is not known. */
export const contextOf = (value: unknown): number | undefined => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined;
  return Math.min(CONTEXT_RANGE.max, Math.max(CONTEXT_RANGE.min, Math.floor(value)));
};

const firstContext = (entry: Record<string, unknown>): number | undefined => {
  const meta = isObject(entry.meta) ? entry.meta : {};
  return [...CONTEXT_FIELDS.map((field) => entry[field]), meta.n_ctx].map(contextOf).find((size) => size !== undefined);
};

/** Ids that are none (spaces, control characters, too long) are left out: they go into commands and files. */
export const parseModels = (body: unknown): ProviderModel[] | undefined => {
  const list = isObject(body) ? body.data : undefined;
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry) => {
    if (!isObject(entry) || typeof entry.id !== 'string' || !MODEL_ID.test(entry.id)) return [];
    const contextTokens = firstContext(entry);
    return [{ id: entry.id, ...(contextTokens === undefined ? {} : { contextTokens }) }];
  });
};

export type ModelsAnswer = { outcome: 'ok'; models: ProviderModel[] } | Exclude<Answer, { outcome: 'ok' }>;

export const listModels = async (asker: Asker, baseUrl: string): Promise<ModelsAnswer> => {
  const answer = await ask(asker, `${baseUrl}/models`);
  if (answer.outcome !== 'ok') return answer;
  const models = parseModels(answer.body);
  return models
    ? { outcome: 'ok', models }
    : { outcome: 'no_answer', why: 'it answered, but not with a list of models' };
};
