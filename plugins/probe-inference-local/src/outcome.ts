import type { ProbeStatus } from '@nemoclaw/plugin-api';

/** All that the inference probe can say. Closed: a new outcome is a new major of this plugin. */
export const INFERENCE_CODES = [
  'ok',
  'refused',
  'dns_failed',
  'tls_failed',
  'unauthorized',
  'not_found',
  'client_error',
  'server_error',
  'timeout',
  'wrong_namespace',
  'no_client',
  'exec_failed',
] as const;
export type InferenceCode = (typeof INFERENCE_CODES)[number];

export const statusOf = (code: InferenceCode): ProbeStatus => {
  switch (code) {
    case 'ok':
      return 'ok';
    case 'no_client':
      return 'skipped';
    default:
      return 'fail';
  }
};
