import { IDS, type ImageRecipe, type ImageState, LABELS, PATHS } from '@nemoclaw/plugin-api';
import { imageTag } from './address.ts';

/** The relay's image: the base and one file. */
export const relayRecipe = (input: { base: ImageState; bundle: Uint8Array }): ImageRecipe => {
  const content = {
    dockerfile: `FROM ${input.base.id}\nCOPY relay.mjs ${PATHS.relay}\nUSER ${IDS.relay}:${IDS.relay}\nWORKDIR /\n`,
    files: [{ path: 'relay.mjs', content: input.bundle, mode: 0o444 }],
    buildArgs: {},
  };
  return {
    ...content,
    tag: imageTag('nemoclaw-relay', { ...content, parents: [input.base.id] }),
    labels: { [LABELS.managed]: 'true' },
    hostNetwork: false,
  };
};
