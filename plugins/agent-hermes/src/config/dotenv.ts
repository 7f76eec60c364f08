import { GATEWAY_PORT } from '../gateway.ts';

/** Hermes refuses to open its port for anything shorter, and says so in one line of its log. */
const MIN_TOKEN = 16;
/** What python-dotenv takes as it stands: no quotes, spaces, `#` or `$`. */
const PLAIN = /^[\w.~+/=-]+$/;

/**
 * Content of the sealed `.env`: what it says beats the process's environment. It holds the API server's token: nothing
 * else does.
 * @throws RangeError for a token that Hermes would refuse or read otherwise.
 */
export function dotenv(token: string): string {
  if (token.length < MIN_TOKEN || !PLAIN.test(token))
    throw new RangeError(`Hermes takes a token of ${MIN_TOKEN} letters, digits or ._~+/=- and more`);
  const settings = {
    API_SERVER_ENABLED: 'true',
    API_SERVER_KEY: token,
    API_SERVER_HOST: '127.0.0.1',
    API_SERVER_PORT: `${GATEWAY_PORT}`,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
