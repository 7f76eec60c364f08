import type { JsonObject, PromptProfile } from '@nemoclaw/plugin-api';

interface Profile extends PromptProfile {
  /** What it adds to `openclaw.json`. */
  settings: { tools: JsonObject; agentDefaults: JsonObject; skills: JsonObject };
}

/**
 * Largest first. The token counts are those of OpenClaw's first request with its tool definitions, in SmolLM2's tokens
 * (2,781 and 14,733 with 2026.9.6); `src/openclaw.itest.ts` counts again and fails when a new version outgrows them.
 *
 * `compact` leaves the workspace's own instructions, the skills and most tools out. Its two tools are offered directly:
 * three search tools in front of them would take more room than they do.
 */
export const PROFILES = [
  {
    id: 'full',
    promptTokens: 15_000,
    answerTokens: 4_096,
    settings: { tools: {}, agentDefaults: {}, skills: {} },
  },
  {
    id: 'compact',
    promptTokens: 2_900,
    answerTokens: 1_024,
    settings: {
      tools: { profile: 'minimal', alsoAllow: ['exec'], toolSearch: false },
      agentDefaults: { skipBootstrap: true, contextInjection: 'never' },
      skills: { allowBundled: [] },
    },
  },
] as const satisfies readonly Profile[];

/** @throws RangeError for an id that no profile has. */
export function profileSettings(id: string): Profile['settings'] {
  const profile = PROFILES.find((candidate) => candidate.id === id);
  if (!profile)
    throw new RangeError(`OpenClaw has no prompt profile "${id}"; it has ${PROFILES.map((p) => p.id).join(', ')}`);
  return profile.settings;
}
