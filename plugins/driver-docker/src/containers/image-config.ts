import type { Engine } from '../engine/call.ts';
import { isCode } from '../engine/codes.ts';
import type { Fields } from './same.ts';

/** What the image of a container brings to its Config; `undefined` when the image is gone, which a container survives. */
export const imageConfig = async (engine: Engine, image: string, signal?: AbortSignal): Promise<Fields | undefined> => {
  const spec = { operation: 'inspect image', object: image, answer: 'json', idempotent: true, signal } as const;
  try {
    const { Config } = await engine.call(spec, (docker) => docker.getImage(encodeURIComponent(image)).inspect());
    return (Config ?? {}) as unknown as Fields;
  } catch (error) {
    if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
    throw error;
  }
};
