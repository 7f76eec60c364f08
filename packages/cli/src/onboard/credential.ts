import { CodedError } from '@nemoclaw/plugin-api';
import { readStdin } from '../runtime/terminal.ts';

interface CredentialFlags {
  'credential-env'?: string | undefined;
  'credential-stdin': boolean;
}

/** The key itself, from where the user said it is; never from argv, where every process of the host could read it. */
export async function readCredential(
  flags: CredentialFlags,
  env: Readonly<Record<string, string | undefined>>,
  read: () => Promise<string> = readStdin,
): Promise<string | undefined> {
  const variable = flags['credential-env'];
  if (variable !== undefined) return required(env[variable], `The variable ${variable} (--credential-env) is empty.`);
  if (flags['credential-stdin']) return required((await read()).trim(), 'stdin (--credential-stdin) was empty.');
  return undefined;
}

function required(value: string | undefined, message: string): string {
  if (value !== undefined && value !== '') return value;
  throw new CodedError('USAGE', { message, hint: 'It has to hold the key of the provider.' });
}
