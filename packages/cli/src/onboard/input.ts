import type { OnboardInput } from '@nemoclaw/core';
import { CodedError } from '@nemoclaw/plugin-api';
import type { Program } from '../program.ts';
import { gpuDevices } from './gpu-devices.ts';

/** Choices as flags, variables and answers gave them. */
export interface OnboardChoices {
  name?: string | undefined;
  agent?: string | undefined;
  provider?: string | undefined;
  model?: string | undefined;
  endpoint?: string | undefined;
  gpu: string;
  'gpu-device'?: string | string[] | undefined;
  profile: string;
  isolation: string;
  smoke: boolean;
  forward?: boolean | undefined;
  port?: number | undefined;
  'dry-run'?: boolean | undefined;
}

/** Fills in defaults; throws USAGE that names flag and variable for what has none. */
export function toOnboardInput(choices: OnboardChoices, program: Program, credential?: string): OnboardInput {
  if (choices.name === undefined) {
    throw new CodedError('USAGE', {
      message: 'A sandbox needs a name: --name is missing.',
      hint: `${program.bin} onboard --name demo, or set NEMOCLAW_NAME.`,
    });
  }
  const devices = gpuDevices(choices['gpu-device']);
  return {
    name: choices.name,
    agent: choices.agent ?? program.defaults.agent,
    provider: choices.provider ?? 'auto',
    ...(choices.model === undefined ? {} : { model: choices.model }),
    ...(choices.endpoint === undefined ? {} : { endpoint: choices.endpoint }),
    ...(credential === undefined ? {} : { credential }),
    gpu: choices.gpu,
    ...(devices === undefined ? {} : { gpuDevices: devices }),
    profile: choices.profile,
    isolation: choices.isolation,
    smoke: choices.smoke,
    forward: choices.forward ?? false,
    ...(choices.port === undefined ? {} : { ingressPort: choices.port }),
    dryRun: choices['dry-run'] ?? false,
  };
}
