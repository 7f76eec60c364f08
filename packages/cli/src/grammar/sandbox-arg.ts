import { CodedError } from '@nemoclaw/plugin-api';
import * as Args from '@oclif/core/args';
import { SANDBOX_NAME } from './rewrite.ts';

/** Throws BAD_NAME before a name gets near a path or an engine. */
export function checkSandboxName(name: string): string {
  if (SANDBOX_NAME.test(name)) return name;
  throw new CodedError('BAD_NAME', {
    message: `"${name}" is no name for a sandbox.`,
    hint: 'A name starts with a letter and has up to 31 small letters, digits and dashes.',
  });
}

const parse = async (name: string): Promise<string> => checkSandboxName(name);

export const sandboxArgs = {
  name: Args.string({ description: 'Name of the sandbox.', required: true, parse }),
};

export const optionalSandboxArgs = {
  name: Args.string({ description: 'Name of the sandbox.', parse }),
};
