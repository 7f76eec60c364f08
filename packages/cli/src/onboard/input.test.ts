import { expect, it } from 'vitest';
import { NEMOCLAW, NEMOHERMES } from '../program.ts';
import { type OnboardChoices, toOnboardInput } from './input.ts';

const choices: OnboardChoices = {
  name: 'demo',
  gpu: 'auto',
  profile: 'auto',
  isolation: 'auto',
  smoke: true,
  forward: false,
  'dry-run': false,
};

it('names flag and variable of a missing name', () => {
  expect(() => toOnboardInput({ ...choices, name: undefined }, NEMOHERMES)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('--name'),
      hint: expect.stringMatching(/nemohermes.*NEMOCLAW_NAME/),
    }),
  );
});

it.each([
  [NEMOCLAW, undefined, 'openclaw'],
  [NEMOHERMES, undefined, 'hermes'],
  [NEMOHERMES, 'openclaw', 'openclaw'],
])('takes the default agent from the program ($bin)', (program, agent, expected) => {
  expect(toOnboardInput({ ...choices, agent }, program).agent).toBe(expected);
});

it('leaves out what was not said', () => {
  expect(toOnboardInput(choices, NEMOCLAW)).toEqual({
    name: 'demo',
    agent: 'openclaw',
    provider: 'auto',
    gpu: 'auto',
    profile: 'auto',
    isolation: 'auto',
    smoke: true,
    forward: false,
    dryRun: false,
  });
});

it('hands on port and credential', () => {
  expect(toOnboardInput({ ...choices, port: 4711 }, NEMOCLAW, 'key')).toMatchObject({
    ingressPort: 4711,
    credential: 'key',
  });
});
