import type { CodedError } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import type { Services } from '../services.ts';

/** SANDBOX_EXISTS with its way out when there is any state under that name, or undefined. */
export const existing = async (
  { store, options }: Pick<Services, 'store' | 'options'>,
  name: string,
): Promise<CodedError | undefined> => {
  const command = (verb: string) => `\`${options.program} ${name} ${verb}\``;
  const [record, pending, ownership] = [
    await store.readRecord(name),
    await store.readOperation(name),
    await store.readOwnership(name),
  ];
  if (record?.phase === 'ready')
    return codedError('SANDBOX_EXISTS', {
      message: `A sandbox named ${name} is already there.`,
      hint: `See it with ${command('status')}, take it away with ${command('destroy')}, or choose another name.`,
    });
  if (record || pending)
    return codedError('SANDBOX_EXISTS', {
      message: `A sandbox named ${name} was begun and not finished.`,
      hint: `Unless that still runs: ${command('recover')} first.`,
    });
  if (ownership)
    return codedError('SANDBOX_EXISTS', {
      message: `There is something left of a sandbox named ${name}, whose record is missing.`,
      hint: `Take it away with ${command('destroy')}, or choose another name.`,
    });
  return undefined;
};
