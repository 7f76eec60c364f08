import { expect, it } from 'vitest';
import { looksSecret } from './secret-keys.ts';

it.each([
  'OPENAI_API_KEY',
  'apiKey',
  'openaiApiKeys',
  'APIKey',
  'x-api-key',
  'token',
  'GITHUB_TOKEN',
  'authToken',
  'authtoken',
  'accesstoken',
  'client.secret',
  'DB_PASSWORD',
  'dbpassword',
  'PGPASSWORD',
  'passwd',
  'credentials',
  'Authorization',
  'Proxy-Authorization',
  'cookie',
  'Set-Cookie',
  'HTTPS_PROXY',
  'private_key',
  'key',
  'AWS_SECRET_ACCESS_KEY',
])('%s looks secret', (key) => {
  expect(looksSecret(key)).toBe(true);
});

it.each([
  'HOME',
  'keyboard',
  'monkey',
  'tokenizer',
  'maxTokens',
  'credentialEnv',
  'PASSWORD_FILE',
  'SSH_AUTH_SOCK_PATH',
  'publicKey',
  'NO_PROXY',
  'author',
  'envKeys',
  'keys',
  'compass',
  '',
  'isolationProof',
  'credentialName',
  'PWD',
])('%s does not', (key) => {
  expect(looksSecret(key)).toBe(false);
});
