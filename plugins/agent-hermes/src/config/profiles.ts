import type { JsonObject, PromptProfile } from '@nemoclaw/plugin-api';

interface Profile extends PromptProfile {
  /** What it makes of `config.yaml`. */
  settings: { toolsets: readonly string[]; agent: JsonObject; memory: boolean };
}

/**
 * Largest first. The token counts are those of Hermes' first request with its tool definitions, in SmolLM2's tokens;
 * `src/hermes.slow.itest.ts` counts again and fails when a new version outgrows them.
 *
 * No toolset reaches out by itself (web, browser, messaging) or starts turns that nobody asked for (cronjob).
 * `compact` has the terminal alone and leaves the guidance out.
 */
export const PROFILES = [
  {
    id: 'full',
    promptTokens: 10_500,
    answerTokens: 4_096,
    settings: {
      toolsets: ['terminal', 'file', 'skills', 'todo', 'memory', 'session_search', 'code_execution', 'delegation'],
      agent: {},
      memory: true,
    },
  },
  {
    id: 'compact',
    promptTokens: 2_400,
    answerTokens: 1_024,
    settings: {
      toolsets: ['terminal'],
      agent: {
        task_completion_guidance: false,
        parallel_tool_call_guidance: false,
        tool_use_enforcement: false,
        coding_context: 'off',
      },
      memory: false,
    },
  },
] as const satisfies readonly Profile[];

/** @throws RangeError for an id that no profile has. */
export function profileSettings(id: string): Profile['settings'] {
  const profile = PROFILES.find((candidate) => candidate.id === id);
  if (!profile)
    throw new RangeError(`Hermes has no prompt profile "${id}"; it has ${PROFILES.map((p) => p.id).join(', ')}`);
  return profile.settings;
}
