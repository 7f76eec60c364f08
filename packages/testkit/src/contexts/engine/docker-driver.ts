import dockerDriver from '@nemoclaw/driver-docker';
import type { Driver } from '@nemoclaw/plugin-api';

/** The real driver on the real engine that `env` points at. */
export const engineDriver = (env: Readonly<Record<string, string | undefined>>): Driver => dockerDriver.create({ env });
