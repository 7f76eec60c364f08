import { describe, expect, it } from 'vitest';
import { isAllowed, obtainConsent, type PluginOffer } from './consent.ts';

describe('the allow-list', () => {
  it.each([
    [['acme'], true],
    [['acme@1.0.0'], true],
    [['acme@1.0.1'], false],
    [['acme-other'], false],
    [['*'], false],
    [[], false],
  ])('%j: acme@1.0.0 %s', (allow, allowed) => expect(isAllowed(allow, 'acme', '1.0.0')).toBe(allowed));

  it('takes a whole scope, and only that scope', () => {
    expect(isAllowed(['@acme/*'], '@acme/gpu', '1.0.0')).toBe(true);
    expect(isAllowed(['@acme/*'], '@acme-evil/gpu', '1.0.0')).toBe(false);
    expect(isAllowed(['@acme/*'], 'acme', '1.0.0')).toBe(false);
  });
});

const offer = (allowed: boolean): PluginOffer => ({
  name: 'acme',
  version: '1.0.0',
  source: 'there',
  contributions: [],
  hooks: [],
  commands: [],
  installScripts: [],
  allowed,
});

describe('consent', () => {
  it.each<[boolean, boolean | undefined, string]>([
    [true, undefined, 'yes'],
    [false, undefined, 'PLUGIN_NOT_ALLOWED'],
    [false, true, 'yes'],
    [false, false, 'PLUGIN_DECLINED'],
    // Who is there is asked, whatever the list says.
    [true, false, 'PLUGIN_DECLINED'],
  ])('allowed %s, answer %s: %s', async (allowed, answer, outcome) => {
    const shown: string[] = [];
    const consent = {
      show: ({ name }: PluginOffer) => void shown.push(name),
      ...(answer === undefined ? {} : { ask: async () => answer }),
    };
    const end = await obtainConsent(offer(allowed), consent).then(
      () => 'yes',
      (error: { code: string }) => error.code,
    );
    expect(end).toBe(outcome);
    expect(shown).toEqual(['acme']);
  });
});
