import { describe, expect, it } from 'vitest';
import { PEM, PLANTED } from './planted.fixture.ts';
import { createRedactor, REDACTED } from './redactor.ts';

describe('shapes in text', () => {
  it.each(PLANTED)('%s', (_name, secret, text) => {
    const redactor = createRedactor();
    const clean = redactor.redactText(text(secret));
    expect(clean).not.toContain(secret);
    expect(clean).toContain(REDACTED);
    expect(redactor.redactText(clean)).toBe(clean);
  });

  it('are found also where control characters were put between', () => {
    const { redactText } = createRedactor();
    expect(redactText('key nva\x1b[0mpi-aB3dE6gH9jK2\u200bmN5pQ8sT1 end')).toBe(`key ${REDACTED} end`);
  });

  it.each(
    PLANTED.filter(([name]) => /^(nvidia|openai|anthropic|stripe|github|hugging|slack bot|gitlab|npm|jwt)/.test(name)),
  )('%s, cut off by whoever had to make it fit, leaves no rest', (_name, secret) => {
    const { redactText } = createRedactor();
    const prefix = /^(?:[a-z]+_(?:pat|live)_|[a-z]+[-_]|eyJ)/i.exec(secret)?.[0] ?? '';
    for (const cut of [`${secret.slice(0, prefix.length + 2)}…`, `${secret.slice(0, prefix.length + 5)}...`])
      expect(redactText(`said ${cut}`)).toMatch(/^said \[redacted](…|\.\.\.)$/);
  });

  it('leaves what stands around a secret', () => {
    const { redactText } = createRedactor();
    expect(redactText(`before\n${PEM}\nafter`)).toBe(`before\n${REDACTED}\nafter`);
    expect(redactText('postgres://user:p4ss@db.example:5432/x')).toBe(`postgres://${REDACTED}@db.example:5432/x`);
    expect(redactText('Authorization: Bearer abcdefgh12345 sent')).toBe(`Authorization: Bearer ${REDACTED} sent`);
    expect(redactText('password=hunter2 user=me')).toBe(`password=${REDACTED} user=me`);
  });

  it.each([
    'The quick brown fox; 12 tokens/s in, max_tokens: 4096, promptTokens=1700',
    'set --credential-env OPENAI_API_KEY and run again',
    'credential: OPENAI_API_KEY',
    'HTTP_PROXY=http://egress.nemoclaw.internal:3128',
    'NO_PROXY=inference.local,localhost,127.0.0.1',
    'GET https://inference.local/v1/models 200',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'sk-learn and hf_hub are libraries',
    'keyboard=present monkey: business tokenizer: "bert-base-uncased"',
    'user@host.example wrote: hello',
    'public_key: abcdefghijklmnop',
    'PWD=/home/someone/project OLDPWD=/home/someone',
    'it goes on… and on...',
  ])('leaves alone: %s', (text) => {
    expect(createRedactor().redactText(text)).toBe(text);
  });

  it.each([
    ['-----BEGIN PRIVATE KEY-----'.repeat(20_000)],
    ['a://'.repeat(100_000)],
    ['token:'.repeat(100_000)],
    [`${'a'.repeat(300_000)}://`],
    ['bearer '.repeat(80_000)],
    ['eyJaaaaa.'.repeat(50_000)],
    ['password="'.repeat(20_000)],
  ])('hostile text takes no time (%#)', (text) => {
    const started = performance.now();
    createRedactor().redactText(text);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

it('knows what an agent declares to be secret, and what stands for none', () => {
  const redactor = createRedactor();
  redactor.declare({ secretKeys: ['ACME_SEAL'], placeholders: ['stands-for-none'] });
  redactor.learnEnv(['ACME_SEAL=quiet-value-1', 'SOME_TOKEN=stands-for-none']);
  expect(redactor.redactText('quiet-value-1 stands-for-none')).toBe(`${REDACTED} stands-for-none`);
});

describe('learned values', () => {
  it('are hidden wherever they stand, in every usual spelling', () => {
    const redactor = createRedactor();
    const secret = 'p/w "x" & ünicode\\1';
    redactor.learn(secret);
    for (const text of [
      secret,
      JSON.stringify({ a: secret }),
      `https://x.example/?q=${encodeURIComponent(secret)}`,
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ]) {
      expect(redactor.redactText(`> ${text} <`)).toContain(REDACTED);
    }
    expect(redactor.redactText(`> ${secret} <`)).toBe(`> ${REDACTED} <`);
  });

  it('leave no rest where a text was cut to fit', () => {
    const redactor = createRedactor();
    redactor.learn('quiet-value-1');
    expect(redactor.redactText('it said quiet-val… and qui… and more…')).toBe(
      `it said ${REDACTED}… and qui… and more…`,
    );
  });

  it('are taken longest first, and nothing stays between two that overlap', () => {
    const redactor = createRedactor();
    redactor.learn('abcdefgh');
    redactor.learn('abcdefghijklm');
    redactor.learn('jklmnopqrs');
    expect(redactor.redactText('x abcdefghijklm y')).toBe(`x ${REDACTED} y`);
    expect(redactor.redactText('x abcdefghijklmnopqrs y')).toBe(`x ${REDACTED} y`);
  });

  it('have at least 8 characters and are neither placeholders nor our own addresses', () => {
    const redactor = createRedactor({ placeholders: ['nemoclaw-placeholder'] });
    const harmless = [
      '1234567',
      'nemoclaw-placeholder',
      'http://egress.nemoclaw.internal:3128',
      'inference.local,localhost,127.0.0.1',
      REDACTED,
    ];
    for (const value of harmless) redactor.learn(value);
    expect(redactor.redactText(harmless.join(' | '))).toBe(harmless.join(' | '));
    redactor.learn('12345678');
    expect(redactor.redactText('12345678')).toBe(REDACTED);
  });

  it('come from the environment of an inspect, by key', () => {
    const redactor = createRedactor({ secretKeys: ['ACME_SEAL'] });
    redactor.learnEnv([
      'PATH=/usr/local/bin',
      'SOME_TOKEN=quiet-value-1',
      'ACME_SEAL=quiet-value-2',
      'EMPTY_TOKEN=',
      'DB=postgres://u:quiet-value-3@db/x',
    ]);
    redactor.learnEnv({ ANOTHER_SECRET: 'quiet-value-4', UNSET_TOKEN: undefined, HOME: '/home/someone' });
    expect(
      redactor.redactText('quiet-value-1 quiet-value-2 quiet-value-3 quiet-value-4 /usr/local/bin /home/someone'),
    ).toBe(`${[REDACTED, REDACTED, REDACTED, REDACTED].join(' ')} /usr/local/bin /home/someone`);
  });

  it('come from command envelopes and nested documents', () => {
    const redactor = createRedactor();
    redactor.learnJson({
      Config: {
        Cmd: ['serve', '--api-key', 'quiet-value-1', '--port', '80801234', '--auth-token=quiet-value-2'],
        Labels: { password: 'quiet-value-3' },
      },
      secrets: { db: 'quiet-value-4', list: ['quiet-value-5'] },
    });
    const text = 'quiet-value-1 quiet-value-2 quiet-value-3 quiet-value-4 quiet-value-5 80801234 serve';
    expect(redactor.redactText(text)).toBe(`${Array(5).fill(REDACTED).join(' ')} 80801234 serve`);
  });

  it('of several lines are hidden line by line, as logs have them', () => {
    const redactor = createRedactor();
    redactor.learn('first-line-of-a-secret\nsecond-line-of-a-secret\n');
    expect(redactor.redactText('log: second-line-of-a-secret')).toBe(`log: ${REDACTED}`);
  });
});

describe('JSON', () => {
  it('hides values under secret keys, however short, and nothing that is a number or a boolean', () => {
    expect(
      createRedactor().redactJson({
        provider: {
          id: 'openai',
          credential: true,
          apiKey: 'abc',
          contextTokens: 8192,
          credentialEnv: 'OPENAI_API_KEY',
        },
        headers: { Authorization: 'x', accept: '*/*' },
        secrets: { nested: { a: 'b' } },
        none: null,
      }),
    ).toEqual({
      provider: {
        id: 'openai',
        credential: true,
        apiKey: REDACTED,
        contextTokens: 8192,
        credentialEnv: 'OPENAI_API_KEY',
      },
      headers: { Authorization: REDACTED, accept: '*/*' },
      secrets: { nested: { a: REDACTED } },
      none: null,
    });
  });

  it('hides in lists of settings and arguments', () => {
    expect(
      createRedactor().redactJson({ Env: ['A_TOKEN=x', 'PATH=/bin'], Cmd: ['run', '--password', 'x', '-v'] }),
    ).toEqual({
      Env: [`A_TOKEN=${REDACTED}`, 'PATH=/bin'],
      Cmd: ['run', '--password', REDACTED, '-v'],
    });
  });

  it('redacts keys, and keeps both when two become the same', () => {
    const redactor = createRedactor();
    redactor.learn('quiet-value-1');
    redactor.learn('quiet-value-2');
    expect(redactor.redactJson({ 'quiet-value-1': 1, 'quiet-value-2': 2 })).toEqual({
      [REDACTED]: 1,
      [`${REDACTED}+`]: 2,
    });
  });

  it('leaves its input alone and survives odd documents', () => {
    const redactor = createRedactor();
    const input = JSON.parse('{"__proto__":{"token":"abc"},"a":1}') as object;
    expect(JSON.stringify(redactor.redactJson(input))).toBe(`{"__proto__":{"token":"${REDACTED}"},"a":1}`);
    expect(JSON.stringify(input)).toContain('abc');
    const deep = JSON.parse(`${'['.repeat(5000)}"x"${']'.repeat(5000)}`) as unknown;
    expect(JSON.stringify(redactor.redactJson(deep))).toContain('[too deep]');
    redactor.learnJson(deep);
    expect(redactor.redactJson({ error: new Error('password=hunter2') })).toEqual({ error: `password=${REDACTED}` });
  });
});
