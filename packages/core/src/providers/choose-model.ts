import { codedError } from '../errors/index.ts';
import type { ProviderModel } from './models.ts';
import type { ProviderRecord } from './records.ts';

const SHOWN = 10;

const listed = (models: ProviderModel[]): string => {
  const shown = models.slice(0, SHOWN).map(({ id }) => id);
  const more = models.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const notFound = (message: string, hint: string, models: ProviderModel[]) =>
  codedError('MODEL_NOT_FOUND', {
    message,
    hint,
    details: { models: models.slice(0, SHOWN).map(({ id }) => id), count: models.length },
  });

/** Ollama takes a name without a tag as `:latest`. */
const matches = (id: string, wanted: string): boolean => id === wanted || id === `${wanted}:latest`;
const canChat = ({ id }: ProviderModel): boolean => !/embed|rerank|whisper|tts/i.test(id);

/** Pure: the model that was named, or the one to take when none was. MODEL_NOT_FOUND lists at most ten. */
export const chooseModel = (
  record: ProviderRecord,
  models: ProviderModel[],
  wanted: string | undefined,
): { model: ProviderModel; why: string } => {
  if (wanted !== undefined) {
    const model = models.find(({ id }) => id === wanted) ?? models.find(({ id }) => matches(id, wanted));
    if (model) return { model, why: 'as named' };
    throw notFound(
      `${record.title} does not have the model ${wanted}.`,
      models.length > 0 ? `It has ${listed(models)}.` : 'It has no model at all.',
      models,
    );
  }
  const usable = models.filter(canChat);
  const [first] = usable;
  if (!first)
    throw notFound(
      `${record.title} answers, but has no model to talk to.`,
      record.id === 'ollama' ? 'Pull one first, for example `ollama pull qwen3:4b`.' : 'Load one there first.',
      models,
    );
  if (usable.length === 1) return { model: first, why: 'its only one' };
  if (record.scope === 'remote')
    throw notFound(`${record.title} has ${usable.length} models.`, `Name one with --model: ${listed(usable)}.`, usable);
  return { model: first, why: `the first of ${usable.length}` };
};
