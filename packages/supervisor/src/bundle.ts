import { fileURLToPath } from 'node:url';

/** Path of the supervisor as one file, made by `pnpm run bundle`. */
export const supervisorBundle = (): string => fileURLToPath(new URL('../dist/supervisor.mjs', import.meta.url));
