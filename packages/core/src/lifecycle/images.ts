import { readFile } from 'node:fs/promises';
import type { Driver, ImageState } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';
import { relayBundle } from '@nemoclaw/relay/bundle';
import { supervisorBundle } from '@nemoclaw/supervisor/bundle';
import type { Config } from '../config/config.ts';
import { codedError } from '../errors/index.ts';
import { imageTag } from '../images/address.ts';
import { baseRecipe } from '../images/base.ts';
import { relayRecipe } from '../images/relay.ts';
import { withSupervisorRecipe } from '../images/supervisor-layer.ts';
import type { Agent } from './services.ts';

/** Where systems keep the roots that their owner trusts; a build behind an intercepting proxy needs them. */
const HOST_CA_BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

const readBuildCa = async (setting: string): Promise<string | undefined> => {
  if (setting === 'none') return undefined;
  if (setting !== 'auto') {
    try {
      return await readFile(setting, 'utf8');
    } catch (cause) {
      throw codedError('USAGE', { message: `NEMOCLAW_BUILD_CA names ${setting}, which can't be read.`, cause });
    }
  }
  for (const path of HOST_CA_BUNDLES) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text) return text;
  }
  return undefined;
};

export interface SandboxImages {
  parent: string;
  base: { id: string; tag: string };
  agent: { id: string; tag: string };
  relay: { id: string; tag: string };
}

interface Options {
  driver: Driver;
  config: Config;
  agent: Agent;
  signal: AbortSignal;
  output: (line: string) => void;
  /** Of each image that was not there and is now. */
  onBuilt?: (tag: string) => void;
}

const parentImage = async ({ driver, config, signal, output }: Options): Promise<ImageState> => {
  const present = await driver.findImage(config.parentImage, { signal });
  if (present) return present;
  output(`pulling ${config.parentImage}`);
  try {
    return await driver.pullImage(config.parentImage, output, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw codedError('IMAGE_PARENT_MISSING', {
      message: `The parent image ${config.parentImage} is not on this engine and could not be pulled.`,
      cause,
    });
  }
};

/** Makes, or finds by content, the base, the agent's image with the supervisor as last layer, and the relay's. Images are kept. */
export const ensureImages = async (options: Options): Promise<SandboxImages> => {
  const { driver, config, agent, signal, output, onBuilt } = options;
  const parent = await parentImage(options);
  const labels = { [LABELS.managed]: 'true' };
  const ensure = async (recipe: Parameters<Driver['buildImage']>[0]): Promise<ImageState> => {
    const present = await driver.findImage(recipe.tag, { signal });
    if (present) return present;
    output(`building ${recipe.tag}`);
    const built = await driver.buildImage(recipe, output, { signal });
    onBuilt?.(recipe.tag);
    return built;
  };

  const buildCaPem = await readBuildCa(config.buildCa);
  const common = {
    parent: parent.tags[0] ?? parent.id,
    parentId: parent.id,
    architecture: parent.architecture,
    proxyEnv: config.proxyEnv,
    hostNetwork: config.buildHostNetwork,
    ...(buildCaPem === undefined ? {} : { buildCaPem }),
    ...(config.npmRegistry === undefined ? {} : { npmRegistry: config.npmRegistry }),
  };
  const recipes = baseRecipe(common);
  const builder = await ensure(recipes.builder);
  const base = await ensure(recipes.base);

  const recipe = await agent.image({
    base: base.tags[0] ?? base.id,
    builder: builder.tags[0] ?? builder.id,
    architecture: parent.architecture,
  });
  const bare = await ensure({
    ...recipe,
    labels,
    tag: imageTag(`nemoclaw-agent-${agent.id}`, { ...recipe, parents: [base.id, builder.id] }),
  });
  const sandbox = await ensure(
    withSupervisorRecipe({ agentImage: bare, agentId: agent.id, bundle: await readFile(supervisorBundle()) }),
  );
  const relay = await ensure(relayRecipe({ base, bundle: await readFile(relayBundle()) }));
  const named = (image: ImageState) => ({ id: image.id, tag: image.tags[0] ?? image.id });
  return {
    parent: `${config.parentImage} (${parent.id})`,
    base: named(base),
    agent: named(sandbox),
    relay: named(relay),
  };
};
