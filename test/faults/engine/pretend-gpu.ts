import { fileURLToPath } from 'node:url';

/** A GPU strategy that fits every host: with it `gpu set` replaces a container, and nothing else. */
export const PRETEND = {
  name: '@nemoclaw/gpu-pretend',
  root: fileURLToPath(new URL('./pretend-gpu', import.meta.url)),
};
