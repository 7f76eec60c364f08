import assert from 'node:assert/strict';
import { test } from 'node:test';
import onFailure from '../src/on-failure.js';
import preCreate from '../src/pre-create.js';

const input = Object.freeze({
  sandbox: { id: 'x', name: 'demo' },
  operation: 'onboard',
  agent: 'any',
  plan: { labels: {} },
});

test('labels the sandbox with who pays', () => {
  const answer = preCreate(input, { env: { COST_CENTER: '4711' } });
  assert.deepEqual(answer, { patch: { labels: { 'acme.cost-center': '4711' } } });
});

test('refuses a sandbox that nobody pays for', () => {
  assert.match(preCreate(input, { env: {} }).veto.reason, /COST_CENTER/);
});

test('says that a failure costs nothing', () => {
  assert.match(onFailure({ ...input, error: { code: 'PORT_TAKEN' }, step: 'create' }).note, /demo/);
});
