import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ledgerAt } from './ledger.ts';

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'a ledger-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'tools');
};

it('keeps what is written, takes away what is undefined, and leaves no other file', () => {
  const at = folder();
  const ledger = ledgerAt(join(at, 'ledger.json'));
  expect(ledger.read()).toEqual({});
  ledger.update({ sandbox: 'demo', aptRun: { before: ['a'] } });
  ledger.update({ aptRun: undefined, packages: ['b'] });
  expect(ledgerAt(join(at, 'ledger.json')).read()).toEqual({ sandbox: 'demo', packages: ['b'] });
  expect(readdirSync(at)).toEqual(['ledger.json']);
  ledger.remove();
  ledger.remove();
  expect(ledger.read()).toEqual({});
});

it('does not take a broken ledger for an empty one', () => {
  const at = folder();
  ledgerAt(join(at, 'ledger.json')).update({ sandbox: 'demo' });
  writeFileSync(join(at, 'ledger.json'), '{"sandbox": "de');
  expect(() => ledgerAt(join(at, 'ledger.json')).read()).toThrow(SyntaxError);
});
