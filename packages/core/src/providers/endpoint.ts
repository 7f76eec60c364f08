import { HOST_NAMES } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';

export interface Endpoint {
  /** As the host reaches it, without a slash at its end; mostly ends in `/v1`. */
  hostBaseUrl: string;
  /** As a relay reaches it. */
  relayBaseUrl: string;
}

/** The same host from both sides of the bridge: first of all what the relay resolves to it. */
const [HOST_FOR_RELAY] = HOST_NAMES;
const LOOPBACK_NAME = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f:]+\])$/;
const HOST_FOR_HOST = '127.0.0.1';

const withHost = (url: URL, hostname: string): string => {
  const copy = new URL(url);
  copy.hostname = hostname;
  return copy.href.replace(/\/+$/, '');
};

const refuse = (text: string, why: string) =>
  codedError('USAGE', {
    message: `The endpoint ${JSON.stringify(text.slice(0, 200))} ${why}.`,
    hint: 'Give the base of the API, such as `http://127.0.0.1:8000/v1`.',
  });

/** A base address as the user gave it, in both views. USAGE for what can't be one. */
export const parseEndpoint = (text: string): Endpoint => {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw refuse(text, 'is no http or https address');
  if (url.username !== '' || url.password !== '')
    throw codedError('USAGE', {
      message: 'The endpoint holds a user name or password.',
      hint: 'Give the credential with --credential-env instead; an address is written to logs and records.',
    });
  if (url.search !== '' || url.hash !== '') throw refuse(text, 'has a query or a fragment');
  if (url.pathname === '/') url.pathname = '/v1';
  // Both views of the one host are accepted, since people copy addresses from either side.
  const names: readonly string[] = HOST_NAMES;
  if (LOOPBACK_NAME.test(url.hostname) || names.includes(url.hostname))
    return {
      hostBaseUrl: withHost(url, names.includes(url.hostname) ? HOST_FOR_HOST : url.hostname),
      relayBaseUrl: withHost(url, HOST_FOR_RELAY),
    };
  const same = withHost(url, url.hostname);
  return { hostBaseUrl: same, relayBaseUrl: same };
};

/** The server below the API, for calls that are no part of it. */
export const serverRoot = (baseUrl: string): string => baseUrl.replace(/\/v1$/, '');
