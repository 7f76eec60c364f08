/** Hermes refuses to open its port for anything shorter, and says so in one line of its log. */
const MIN_TOKEN = 16;
/** What python-dotenv takes as it stands: no quotes, spaces, `#` or `$`. */
const PLAIN = /^[\w.~+/=-]+$/;

/**
 * Content of the sealed `.env`, which beats the process's environment: the API server's token, which stands nowhere
 * else. By this name Hermes keeps it out of the environment of its tools.
 * @throws RangeError for a token that Hermes would refuse or read otherwise.
 */
export function dotenv(token: string): string {
  if (token.length < MIN_TOKEN || !PLAIN.test(token))
    throw new RangeError(`Hermes takes a token of ${MIN_TOKEN} or more letters, digits and ._~+/=-`);
  return `API_SERVER_KEY=${token}\n`;
}
