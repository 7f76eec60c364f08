import type { HelperResult } from '@nemoclaw/plugin-api';
import { engineMessageOf, isCode } from '../engine/codes.ts';

export type NotStartedReason = Extract<HelperResult, { outcome: 'not_started' }>['reason'];

const MESSAGES: { reason: NotStartedReason; pattern: RegExp }[] = [
  { reason: 'network_not_found', pattern: /network \S+ not found|could not find (?:a )?network/i },
  // Kernels without the veth module: some VPS, some WSL builds.
  {
    reason: 'veth_unsupported',
    pattern: /veth.*(?:not supported|unknown device type)|(?:not supported|unknown device type).*veth/i,
  },
  { reason: 'image_not_found', pattern: /no such image/i },
];

/** Pure: why a throw-away container never ran. */
export const notStartedReason = (error: unknown): NotStartedReason => {
  if (isCode(error, 'ENGINE_NOT_RUNNING') || isCode(error, 'ENGINE_PERMISSION') || isCode(error, 'ENGINE_TIMEOUT')) {
    return 'engine_unreachable';
  }
  const message = engineMessageOf(error);
  return MESSAGES.find(({ pattern }) => pattern.test(message))?.reason ?? 'other';
};
