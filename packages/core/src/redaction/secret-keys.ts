const SECRET_WORDS = new Set([
  'key',
  'apikey',
  'token',
  'tokens',
  'secret',
  'secrets',
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'pwd',
  'pass',
  'credential',
  'credentials',
  'creds',
  'authorization',
  'auth',
  'bearer',
  'cookie',
  'cookies',
  'proxy',
  'jwt',
  'pat',
  'dsn',
  'signature',
  'private',
]);

/** `CREDENTIAL_ENV` and `KEY_FILE` say where a secret is, `maxTokens` how many there are. */
const HARMLESS_LAST = new Set([
  'env',
  'file',
  'path',
  'dir',
  'name',
  'count',
  'limit',
  'type',
  'length',
  'budget',
  'algorithm',
  'expiry',
  'expires',
  'proof',
]);
const HARMLESS_FIRST = new Set(['no', 'public', 'max', 'min']);

/** `openaiApiKey`, `OPENAI_API_KEY` and `x-api-key` are all [..., api, key]. */
const words = (key: string): string[] =>
  key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');

/** The shell's working folders; no password was ever called so, and folders stand in everything that we say. */
const FOLDERS = new Set(['PWD', 'OLDPWD']);

/** Whether the value that stands under such a key is to be hidden. */
export const looksSecret = (key: string): boolean => {
  if (key.length > 200 || FOLDERS.has(key)) return false;
  const parts = words(key);
  if (HARMLESS_LAST.has(parts.at(-1) ?? '') || HARMLESS_FIRST.has(parts[0] ?? '')) return false;
  return (
    parts.some(
      (word) => SECRET_WORDS.has(word) || /(?:password|passwd|secret|apikey|token|credential)s?$/.test(word),
    ) ||
    // A bare `keys` is mostly a list of names.
    /(?:api|access|private|secret|auth)keys$/.test(parts.join(''))
  );
};
