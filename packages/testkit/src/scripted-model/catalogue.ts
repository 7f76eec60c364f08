import type { ModelReply } from './reply.ts';
import type { ModelRequest } from './request.ts';

export interface ScriptedModelEntry {
  id: string;
  /** Tokens of context that the server says it has. */
  context: number;
}

/**
 * What a server of this kind answers about itself, in the three ways in which local servers tell their context:
 * `max_model_len` (vLLM), `/props` (llama-server), `/api/show` (Ollama).
 */
export function describe(models: ScriptedModelEntry[], request: ModelRequest): ModelReply | undefined {
  switch (`${request.method} ${request.path.split('?', 1)[0]}`) {
    case 'GET /v1/models':
      return ok({
        object: 'list',
        data: models.map(({ id, context }) => ({
          id,
          object: 'model',
          created: 1_700_000_000,
          owned_by: 'scripted',
          max_model_len: context,
          meta: { n_ctx: context, n_ctx_train: context },
        })),
      });
    case 'GET /props':
      return ok({ default_generation_settings: { n_ctx: models[0]?.context ?? 0 }, total_slots: 1 });
    case 'GET /health':
      return ok({ status: 'ok' });
    case 'POST /api/show': {
      const wanted = (request.json as { model?: string } | undefined)?.model;
      const model = models.find(({ id }) => id === wanted);
      if (!model) return { kind: 'status', status: 404, body: { error: `model '${wanted}' not found` } };
      return ok({ model_info: { 'general.architecture': 'scripted', 'scripted.context_length': model.context } });
    }
    default:
      return undefined;
  }
}

const ok = (body: unknown): ModelReply => ({ kind: 'status', status: 200, body });
