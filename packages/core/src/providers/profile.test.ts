import { describe, expect, it } from 'vitest';
import { chooseProfile } from './profile.ts';

const full = { id: 'full', promptTokens: 14_000, answerTokens: 4_000 };
const compact = { id: 'compact', promptTokens: 2_400, answerTokens: 1_000 };
const profiles = [compact, full];

describe('chooseProfile', () => {
  it.each([
    [131_072, 'auto', 'full'],
    [18_000, 'auto', 'full'],
    [17_999, 'auto', 'compact'],
    [3_400, 'auto', 'compact'],
    [131_072, 'compact', 'compact'],
  ])('with %i tokens and %s takes %s', (contextTokens, wanted, id) => {
    const { profile, why } = chooseProfile(profiles, contextTokens, wanted);
    expect(profile.id).toBe(id);
    expect(why).toContain(String(contextTokens));
  });

  it.each([
    [3_399, 'auto', 'compact'],
    [17_999, 'full', 'full'],
  ])('with %i tokens refuses %s with the numbers', (contextTokens, wanted, named) => {
    expect(() => chooseProfile(profiles, contextTokens, wanted)).toThrow(
      expect.objectContaining({
        code: 'MODEL_TOO_SMALL',
        message: expect.stringMatching(new RegExp(`${contextTokens}.*${named} needs`)),
      }),
    );
  });

  it('refuses a profile that the agent does not have', () => {
    expect(() => chooseProfile(profiles, 1e6, 'huge')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('full, compact') }),
    );
  });
});
