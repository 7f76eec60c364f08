import type { PromptProfile } from '@nemoclaw/plugin-api';

export const chooseProfile = (
  _profiles: PromptProfile[],
  _contextTokens: number,
  _wanted: string,
): { profile: PromptProfile; why: string } => {
  throw new Error('not written yet');
};
