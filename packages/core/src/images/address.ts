import { createHash } from 'node:crypto';
import type { ImageRecipe } from '@nemoclaw/plugin-api';

export type RecipeContent = Pick<ImageRecipe, 'dockerfile' | 'files' | 'buildArgs'> & {
  /** Ids of the images that it builds on: a tag can be moved, an id can't. */
  parents: string[];
};

/** How a build reaches the outside changes nothing about its result. */
const isTransport = (buildArg: string): boolean => /^(https?|ftp|all|no)_proxy$/i.test(buildArg);

/** `name:<12 hex>` over everything that decides what the image holds; labels, tag and proxies don't. */
export const imageTag = (name: string, content: RecipeContent): string => {
  const hash = createHash('sha256');
  // Lengths in front, so that no two different inputs can run together to the same bytes.
  const add = (part: string | Uint8Array): void => {
    const bytes = Buffer.from(part as string);
    hash.update(`${bytes.length}:`).update(bytes);
  };
  for (const parent of content.parents) add(parent);
  add(content.dockerfile);
  for (const file of [...content.files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    add(file.path);
    add(String(file.mode ?? ''));
    add(file.content);
  }
  for (const [key, value] of Object.entries(content.buildArgs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isTransport(key)) add(`${key}=${value}`);
  }
  return `${name}:${hash.digest('hex').slice(0, 12)}`;
};
