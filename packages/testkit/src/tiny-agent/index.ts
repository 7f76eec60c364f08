import { fileURLToPath } from 'node:url';
import { IDS } from '@nemoclaw/plugin-api';
import { type Misbehaviour, misbehaviour } from './misbehaviour.ts';

/**
 * The plugin as `createNemoclaw` takes it among its `builtinPlugins`, and the folder that `plugins link` takes. From the
 * sources also when the testkit was built: a plugin is its folder, manifest and all.
 */
export const TINY_AGENT = {
  name: '@nemoclaw/agent-tiny',
  root: fileURLToPath(new URL('../../src/tiny-agent/', import.meta.url)).replace(/\/$/, ''),
} as const;

/**
 * A file for the sandbox's state volume: from its next start on the gateway does that, whatever it was made with; `{}`
 * is to behave.
 */
export const tinyOrders = (wrong: Partial<Misbehaviour>) => ({
  path: 'misbehave.json',
  type: 'file' as const,
  content: JSON.stringify(misbehaviour(wrong)),
  mode: 0o600,
  uid: IDS.gateway,
  gid: IDS.gateway,
});

export { type Misbehaviour, tinyModel } from './misbehaviour.ts';
