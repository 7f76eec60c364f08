const A = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7';
/** Split, so that no scanner of repositories takes these for real ones. */
const join = (...parts: string[]): string => parts.join('');
export const PEM = join(
  '-----BEGIN ',
  'PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\nBAQEFAASCBKcwggSj\n-----END ',
  'PRIVATE KEY-----',
);

/** What it is, the secret, and a text that it stands in. */
export const PLANTED: [name: string, secret: string, text: (secret: string) => string][] = [
  ['nvidia', join('nvapi-', A), (s) => `using ${s} for NIM`],
  ['openai', join('sk-', A), (s) => `key ${s}.`],
  ['openai project', join('sk-proj-', A, '_', A), (s) => `"${s}"`],
  ['anthropic', join('sk-ant-api03-', A, '-AA'), (s) => `(${s})`],
  ['stripe', join('sk_live_', A), (s) => s],
  ['github', join('ghp_', A, A), (s) => `git clone with ${s}`],
  ['github app', join('ghs_', A, A), (s) => `<${s}>`],
  ['github fine-grained', join('github_pat_11', A, '_', A), (s) => `got ${s}`],
  ['hugging face', join('hf_', A), (s) => `HF ${s}, ok`],
  ['slack bot', join('xoxb-123456789012-', A), (s) => s],
  ['slack app', join('xapp-1-A0-', A), (s) => s],
  ['slack webhook', join('T000/B000/', A), (s) => `POST https://hooks.slack.com/services/${s}`],
  ['aws id', join('AKIA', 'IOSFODNN7EXAMPLE'), (s) => `id ${s}`],
  ['gitlab', join('glpat-', A), (s) => s],
  ['google', join('AIza', A, A), (s) => `k ${s}`],
  ['npm', join('npm_', A), (s) => s],
  ['pypi', join('pypi-', A), (s) => s],
  ['telegram', join('123456789:', A, 'AAAAAAAA'), (s) => `bot${s} `.replace('bot', 'bot ')],
  ['jwt', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0.', A), (s) => `t=${s};`],
  ['bearer', A, (s) => `curl -H "Authorization: Bearer ${s}"`],
  ['basic', A, (s) => `authorization: basic ${s}`],
  ['url user-info', 'user:p4ss', (s) => `postgres://${s}@db.example:5432/x`],
  ['url user-info with @', 'user:p@ss', (s) => `HTTPS_PROXY http://${s}@proxy.example:3128`],
  ['url query', A, (s) => `GET /v1?api_key=${s}&x=1`],
  ['signed url', A, (s) => `https://x.example/f?sig=${s}#top`],
  ['pem', PEM, (s) => `before\n${s}\nafter`],
  ['pem in JSON', JSON.stringify(PEM).slice(1, -1), (s) => `{"f":"${s}"}`],
  ['pem, cut off', PEM.slice(0, 60), (s) => `before\n${s}`],
  ['env line', 'correct-horse-battery', (s) => `MY_PASSWORD=${s}`],
  ['short, but assigned', 'hunter2', (s) => `password=${s} user=me`],
  ['quoted with a blank', 'correct horse battery', (s) => `export DB_PASSWORD="${s}"`],
  ['yaml', 'correct-horse-battery', (s) => `  client_secret: ${s}\n  x: 1`],
  ['json text', 'correct-horse', (s) => `{"accessToken":"${s}","user":"me"}`],
  ['json in json', 'correct-horse', (s) => `{"body":"{\\"apiKey\\":\\"${s}\\"}"}`],
  ['flag and value', 'correct-horse', (s) => `run --api-key ${s} --verbose`],
  ['flag=value', 'correct-horse', (s) => `run --token=${s}`],
  ['cookie header', 'sid=abc; theme=dark', (s) => `Cookie: ${s}\nHost: x`],
  ['header', 'correct-horse', (s) => `x-api-key: ${s}`],
];

/** Values without any shape: known by the setting that they were given as. */
export const LEARNED: Record<string, string> = {
  ACME_API_KEY: 'quiet-by-key-1',
  ACME_TOKEN: 'quiet-by-token-2',
  ACME_SECRET: 'quiet-by-secret-3',
  ACME_PASSWORD: 'quiet-by-password-4',
  ACME_CREDENTIALS: 'quiet-by-credential-5',
  ACME_AUTHORIZATION: 'quiet-by-authorization-6',
  ACME_COOKIE: 'quiet-by-cookie-7',
  HTTPS_PROXY: 'http://user:quiet-by-proxy-8@proxy.example:3128',
  ACME_SEAL: 'quiet-by-declaration-9',
};
export const VALUES = [
  ...PLANTED.map(([, secret]) => secret),
  ...Object.values(LEARNED).map((value) => /quiet-[a-z0-9-]+/.exec(value)?.[0] ?? value),
];
/** All of them in one text, a line each; those without a shape as they would stand in a log, without their setting. */
export const PLANTED_TEXT = [
  ...PLANTED.map(([name, secret, around]) => `${name}: ${around(secret)}`),
  ...VALUES.slice(PLANTED.length).map((value) => `it said ${value}\x1b[2J`),
].join('\n');

/** Which of them stand in a text, as they are or as JSON writes them. */
export const leaked = (where: string, more: string[] = []): string[] =>
  [...VALUES, ...more].filter(
    (secret) => where.includes(secret) || where.includes(JSON.stringify(secret).slice(1, -1)),
  );
