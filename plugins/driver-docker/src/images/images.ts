import { CodedError, type Driver, type ImageState } from '@nemoclaw/plugin-api';
import type { ImageInspectInfo } from 'dockerode';
import type { Engine } from '../engine/call.ts';
import { isCode } from '../engine/codes.ts';
import { labelFilter } from '../engine/filters.ts';
import { jsonLines } from '../streams/json-lines.ts';
import { progressLines, streamError } from './progress.ts';

type Images = Pick<Driver, 'findImage' | 'listImages' | 'pullImage' | 'removeImage'>;

/** References go into a URL's path as they are; dockerode encodes nothing. */
const REFERENCE = /^[\w][\w./:@-]*$/;

const checked = (reference: string): string => {
  if (REFERENCE.test(reference)) return reference;
  throw new CodedError('ENGINE_ERROR', {
    message: `${JSON.stringify(reference)} is no image reference.`,
    details: { operation: 'find image', object: reference, status: null, engineMessage: '' },
  });
};

const stateOf = (image: ImageInspectInfo): ImageState => ({
  id: image.Id,
  tags: image.RepoTags ?? [],
  labels: image.Config?.Labels ?? {},
  architecture: image.Architecture,
  sizeBytes: image.Size,
});

export const findImage = async (
  engine: Engine,
  reference: string,
  signal?: AbortSignal,
): Promise<ImageState | undefined> => {
  const name = checked(reference);
  try {
    const spec = { operation: 'find image', object: reference, answer: 'json', idempotent: true, signal } as const;
    return stateOf(await engine.call(spec, (docker) => docker.getImage(name).inspect()));
  } catch (error) {
    if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
    throw error;
  }
};

export const createImages = (engine: Engine): Images => ({
  findImage: (reference, { signal } = {}) => findImage(engine, reference, signal),

  /** Tags are empty for the result of a build's earlier stage, which is kept as its cache. */
  async listImages(labels, { signal } = {}) {
    const spec = { operation: 'list images', object: '', answer: 'json', idempotent: true, signal } as const;
    const found = await engine.call(spec, (docker) => docker.listImages({ filters: labelFilter(labels) as never }));
    const states = await Promise.all(found.map(({ Id }) => findImage(engine, Id, signal)));
    return states.flatMap((state) => (state ? [state] : []));
  },

  async pullImage(reference, onProgress, { signal } = {}) {
    const name = checked(reference);
    const spec = {
      operation: 'pull image',
      object: reference,
      answer: 'stream',
      timeoutMs: engine.budgets.pull,
      signal,
    } as const;
    await engine.call(spec, async (docker) => {
      const lines = progressLines(onProgress);
      for await (const event of jsonLines((await docker.pull(name)) as AsyncIterable<Buffer>)) {
        const failure = streamError(event);
        if (failure !== undefined)
          throw Object.assign(new Error(failure), notThere(failure) ? { statusCode: 404 } : {});
        lines.take(event);
      }
      lines.end();
    });
    const image = await findImage(engine, reference, signal);
    if (image) return image;
    throw engine.explain(spec, new Error('the engine says it is pulled, but has no such image'));
  },

  async removeImage(reference, { signal } = {}) {
    const name = checked(reference);
    try {
      const spec = { operation: 'remove image', object: reference, answer: 'none', signal } as const;
      await engine.call(spec, (docker) => docker.getImage(name).remove());
    } catch (error) {
      if (!isCode(error, 'ENGINE_NOT_FOUND')) throw error;
    }
  },
});

const notThere = (message: string): boolean =>
  /manifest unknown|not found|pull access denied|does not exist/i.test(message);
