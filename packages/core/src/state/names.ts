import { CodedError } from '@nemoclaw/plugin-api';

const SANDBOX_NAME = /^[a-z][a-z0-9-]{0,30}$/;

export const isSandboxName = (text: string): boolean => SANDBOX_NAME.test(text);

/** The name itself, or BAD_NAME. */
export const parseSandboxName = (text: string): string => {
  if (isSandboxName(text)) return text;
  throw new CodedError('BAD_NAME', {
    message: `${JSON.stringify(text.slice(0, 64))} can't be the name of a sandbox.`,
    hint: 'A name starts with a lower-case letter and has up to 31 lower-case letters, digits and hyphens.',
    details: { name: text.slice(0, 64) },
  });
};

/** Name of a container, network or volume of one sandbox: unique per sandbox, readable by a person. */
export const objectName = (name: string, sandboxId: string, suffix?: string): string =>
  `nemoclaw-${name}-${sandboxId.slice(0, 8)}${suffix === undefined ? '' : `-${suffix}`}`;
