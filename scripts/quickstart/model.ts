import { readFile } from 'node:fs/promises';
import type { Driver } from '@nemoclaw/plugin-api';
import { modelRecipe } from '@nemoclaw/testkit/model-image';
import { withProgress } from './progress.ts';

const HOST_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const BUILD_BOUND_MS = 900_000;

/** Builds the bundled small model's image, once. Returns its id. */
export const ensureModelImage = async (
  driver: Driver,
  parent: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<string> => {
  const buildCaPem = await readFile(HOST_CA_BUNDLE, 'utf8').catch(() => '');
  const recipe = modelRecipe({ parent, hostNetwork: true, ...(buildCaPem ? { buildCaPem } : {}) });
  const present = await driver.findImage(recipe.tag);
  if (present) return present.id;
  const bound = AbortSignal.timeout(BUILD_BOUND_MS);
  const bounded = signal ? AbortSignal.any([signal, bound]) : bound;
  return withProgress('building the small model', async (line) => {
    const made = await driver.buildImage(recipe, line, { signal: bounded });
    return made.id;
  });
};
