import { readFile } from 'node:fs/promises';
import { type Driver, type ImageState, LABELS } from '@nemoclaw/plugin-api';

export interface TestImages {
  /** Has Node, setpriv and the GPU proof program. */
  base: string;
  /** Has a C compiler as well. */
  builder: string;
}

const PARENTS = ['nemoclaw-parent:trixie', 'node:24-trixie-slim', 'debian:trixie-slim'];
const HOST_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/**
 * The newest base that is on the engine, else one built now, which later onboards find by its content.
 * `NEMOCLAW_TEST_BASE` and `NEMOCLAW_BASE_IMAGE` name other ones.
 */
export async function testImages(
  driver: Driver,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TestImages> {
  const present = await driver.listImages({ [LABELS.managed]: 'true' });
  const find = (repository: string): string | undefined =>
    present.find(({ tags }) => tags.some((tag) => tag.startsWith(`${repository}:`)))?.id;
  const builder = find('nemoclaw-base-build');
  const base = env.NEMOCLAW_TEST_BASE ?? find('nemoclaw-base');
  if (base && builder) return { base, builder };

  const parent = await findParent(driver, env.NEMOCLAW_BASE_IMAGE);
  const buildCaPem = await readFile(HOST_CA_BUNDLE, 'utf8').catch(() => undefined);
  // Only here: a test that finds its image has no use for the whole core.
  const { baseRecipe } = await import('@nemoclaw/core');
  const recipes = baseRecipe({
    parent: parent.tags[0] ?? parent.id,
    parentId: parent.id,
    architecture: parent.architecture,
    proxyEnv: {},
    hostNetwork: true,
    ...(buildCaPem === undefined ? {} : { buildCaPem }),
  });
  const silent = () => undefined;
  const made = await driver.buildImage(recipes.builder, silent);
  return { builder: made.id, base: (await driver.buildImage(recipes.base, silent)).id };
}

async function findParent(driver: Driver, wanted: string | undefined): Promise<ImageState> {
  for (const reference of wanted === undefined ? PARENTS : [wanted]) {
    const image = await driver.findImage(reference);
    if (image) return image;
  }
  throw new Error(`tests on an engine need a parent image: ${wanted ?? PARENTS.join(' or ')} (NEMOCLAW_BASE_IMAGE)`);
}
