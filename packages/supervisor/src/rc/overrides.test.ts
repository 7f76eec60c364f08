import { expect, it } from 'vitest';
import { withoutOverrides } from './overrides.ts';

const DECIDED = new Set(['HTTPS_PROXY', 'SSL_CERT_FILE']);

it.each([
  ['export HTTPS_PROXY=http://10.0.0.1:8080'],
  ['  HTTPS_PROXY="http://a b"'],
  ['declare -x SSL_CERT_FILE=/old.pem'],
  ['export\tSSL_CERT_FILE='],
])('drops %j', (line) => {
  const { text, removed } = withoutOverrides(`first\n${line}\nlast\n`, DECIDED);
  expect(text).toBe('first\nlast\n');
  expect(removed).toHaveLength(1);
});

it.each([
  ['export PATH=$HOME/bin:$PATH'],
  ['# export HTTPS_PROXY=x'],
  ['echo $HTTPS_PROXY'],
  ['alias HTTPS_PROXY_on="true"'],
  ['MY_HTTPS_PROXY=1'],
])('keeps %j', (line) => {
  expect(withoutOverrides(line, DECIDED)).toEqual({ text: line, removed: [] });
});
