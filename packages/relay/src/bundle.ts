import { fileURLToPath } from 'node:url';

/** Path of the relay as one file, made by `pnpm run bundle`; `relay.mjs forward` is the loopback forwarder. */
export const relayBundle = (): string => fileURLToPath(new URL('../dist/relay.mjs', import.meta.url));
