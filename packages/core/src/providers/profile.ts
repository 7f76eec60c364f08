import type { PromptProfile } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';

const needs = ({ promptTokens, answerTokens }: PromptProfile): number => promptTokens + answerTokens;
const inWords = (profile: PromptProfile): string =>
  `${profile.id} needs ${needs(profile)} tokens (${profile.promptTokens} for the agent's own prompt, ${profile.answerTokens} for an answer)`;

const tooSmall = (contextTokens: number, profile: PromptProfile) =>
  codedError('MODEL_TOO_SMALL', {
    message: `The model's context of ${contextTokens} tokens is too small: ${inWords(profile)}.`,
    details: { contextTokens, profile: profile.id, neededTokens: needs(profile) },
  });

/**
 * Pure: the largest profile that fits into the model's real context with room for an answer, or the one that was named.
 * MODEL_TOO_SMALL has the numbers; USAGE for a profile that the agent doesn't have.
 */
export const chooseProfile = (
  profiles: PromptProfile[],
  contextTokens: number,
  /** `auto` or a profile's id. */
  wanted: string,
): { profile: PromptProfile; why: string } => {
  const largestFirst = [...profiles].sort((a, b) => needs(b) - needs(a));
  if (wanted !== 'auto') {
    const profile = profiles.find(({ id }) => id === wanted);
    if (!profile)
      throw codedError('USAGE', {
        message: `The agent has no profile ${wanted}.`,
        hint: `It has ${largestFirst.map(({ id }) => id).join(', ')}, and \`auto\`.`,
      });
    if (needs(profile) > contextTokens) throw tooSmall(contextTokens, profile);
    return { profile, why: `as named; ${inWords(profile)}, the model has ${contextTokens}` };
  }
  const fitting = largestFirst.find((profile) => needs(profile) <= contextTokens);
  if (fitting)
    return { profile: fitting, why: `the largest that fits; ${inWords(fitting)}, the model has ${contextTokens}` };
  const smallest = largestFirst.at(-1);
  if (!smallest) throw codedError('INTERNAL_ERROR', { message: 'The agent plugin has no prompt profile.' });
  throw tooSmall(contextTokens, smallest);
};
