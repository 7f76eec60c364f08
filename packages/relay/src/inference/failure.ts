import type { Answer } from '../http/answer.ts';
import { BodyTooLarge } from '../http/body-limit.ts';

/** The whole exchange took longer than the record allows. */
export class TotalTimeout extends Error {
  override readonly name = 'TotalTimeout';
  readonly code = 'TOTAL_TIMEOUT';
}

const upstream = (status: 502 | 504, layer: NonNullable<Answer['layer']>, code: string, message: string): Answer => ({
  status,
  type: 'nemoclaw_upstream',
  layer,
  code,
  message,
});

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
};

/** What to tell the agent when the provider's answer never began. */
export const describeFailure = (error: unknown, provider: string): Answer => {
  const code = codeOf(error);
  if (error instanceof BodyTooLarge) {
    return { status: 413, type: 'nemoclaw_limit', code: 'body_too_large', message: error.message };
  }
  switch (code) {
    case 'TOTAL_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return upstream(504, 'http', 'provider_timeout', `the provider ${provider} did not answer in time`);
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return upstream(504, 'tcp', 'provider_timeout', `the provider ${provider} took no connection in time`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return upstream(502, 'dns', 'provider_unknown', `the name of the provider ${provider} does not resolve`);
    case 'ECONNREFUSED':
      return upstream(
        502,
        'tcp',
        'provider_refused',
        `the provider ${provider} refused the connection: is it running?`,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return upstream(502, 'tcp', 'provider_unreachable', `the provider ${provider} is out of reach`);
    default:
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$|ISSUER/.test(code)) {
    return upstream(502, 'tls', 'provider_tls', `the provider ${provider} could not be verified over TLS (${code})`);
  }
  return upstream(502, 'http', 'provider_broken', `the provider ${provider} ended the connection without an answer`);
};
