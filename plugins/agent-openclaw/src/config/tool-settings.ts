import type { AgentConfigInput, JsonObject } from '@nemoclaw/plugin-api';
import { profileSettings } from './profiles.ts';

/** By this name the gateway knows the node host that runs its commands. */
export const NODE_NAME = 'tools';

/**
 * The `tools` part of `openclaw.json`. In `separate` isolation only what does not act inside the gateway's own process:
 * whatever did would have the gateway's uid, and with it its token. Commands go to the node host; without it they fail.
 */
export const toolSettings = ({ isolation, profile }: AgentConfigInput): JsonObject => {
  const { tools } = profileSettings(profile.id);
  switch (isolation) {
    // The image is root's and read-only; a new version is a new image.
    case 'shared':
      return { ...tools, deny: ['gateway'] };
    case 'separate':
      return {
        toolSearch: false,
        allow:
          profile.id === 'compact'
            ? ['exec', 'session_status']
            : ['exec', 'process', 'session_status', 'progress_card'],
        fs: { workspaceOnly: true },
        exec: { host: 'node', node: NODE_NAME },
        elevated: { enabled: false },
      };
  }
};
