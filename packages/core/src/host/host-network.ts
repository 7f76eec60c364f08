/** Once the way to keep a swapped container's network; a container there would stand outside all walls. */
const VARIABLE = 'NEMOCLAW_DOCKER_GPU_PATCH_NETWORK';

/**
 * Pure: the one line for whoever asks for the host's network by the variable of old, or nothing. The sandbox gets its own
 * isolated network whatever it says.
 */
export const hostNetworkRefusal = (env: Readonly<Record<string, string | undefined>>): string[] =>
  env[VARIABLE]?.trim().toLowerCase() === 'host'
    ? [
        `${VARIABLE}=host is ignored: on the host's network an agent would reach every service of the host past the relay; the sandbox stays on its isolated network, and the way to the provider is probed again.`,
      ]
    : [];
