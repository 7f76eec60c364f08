import { type ImageRecipe, type ImageState, LABELS, PATHS } from '@nemoclaw/plugin-api';
import { imageTag } from './address.ts';

/** The supervisor is the last layer: a new one costs seconds, not a new agent. Nothing in it is writable by a sandbox. */
export const withSupervisorRecipe = (input: {
  agentImage: ImageState;
  agentId: string;
  /** The bundled supervisor. */
  bundle: Uint8Array;
}): ImageRecipe => {
  const content = {
    dockerfile: `FROM ${input.agentImage.id}\nUSER 0:0\nCOPY supervisor.mjs ${PATHS.supervisor}\nWORKDIR /\n`,
    files: [{ path: 'supervisor.mjs', content: input.bundle, mode: 0o444 }],
    buildArgs: {},
  };
  return {
    ...content,
    tag: imageTag(`nemoclaw-agent-${input.agentId}`, { ...content, parents: [input.agentImage.id] }),
    labels: { [LABELS.managed]: 'true' },
    hostNetwork: false,
  };
};
