import type { SandboxEvent, StatusResult, UpgradeResult } from '@nemoclaw/core';
import { describe, expect, it } from 'vitest';
import { sandboxRecord } from '../testing/record.ts';
import { renderDebug } from './debug.ts';
import { renderEvents } from './events.ts';
import { renderList } from './list.ts';
import { renderStatus } from './status.ts';
import { renderUpgrade } from './upgrade.ts';

const NOW = new Date('2026-01-02T03:10:00.000Z');
const event = (more: Partial<SandboxEvent> = {}): SandboxEvent => ({
  reason: 'Stranger',
  level: 'warning',
  ids: ['c9'],
  message: 'carries the labels\nof the sandbox',
  containers: [{ id: 'c9'.repeat(32), name: 'copied', labels: { 'acme.note': 'a\ncopy' } }],
  firstAt: '2026-01-02T03:00:00.000Z',
  lastAt: '2026-01-02T03:05:00.000Z',
  count: 3,
  active: true,
  ...more,
});

describe('events', () => {
  it('are one line each, with the containers and labels that they are about', () => {
    const over = event({
      reason: 'InstanceMissing',
      level: 'error',
      message: 'gone',
      containers: [],
      count: 1,
      active: false,
    });
    expect(renderEvents('demo', [event(), over], NOW)).toBe(
      `warning Stranger: carries the labels of the sandbox (5m ago, 3 times)
  copied c9c9c9c9c9c9
    acme.note=a copy
error InstanceMissing: gone (5m ago, over)
`,
    );
    expect(renderEvents('demo', [], NOW)).toBe('Nothing out of the ordinary was seen of demo.\n');
  });

  it('stand in the status; the one that decides it stands first, and the sandbox is not called ready', () => {
    const missing = event({ reason: 'InstanceMissing', level: 'error', message: 'gone' });
    const condition: StatusResult['condition'] = {
      status: 'InstanceMissing',
      reason: 'gone',
      ids: [],
      at: '2026-01-02T03:05:00.000Z',
    };
    const text = renderStatus({ record: sandboxRecord(), condition, events: [missing, event()] }, NOW);
    expect(text).toMatch(/^status +InstanceMissing, seen 5m ago: gone$/m);
    expect(text).toMatch(/^phase +not ready \(was ready\), created/m);
    expect(text).toMatch(/^event +warning Stranger: /m);
    expect(text.match(/InstanceMissing/g)).toHaveLength(1);
    expect(renderList([sandboxRecord()], 'nemoclaw', NOW, { demo: 'InstanceMissing' })).toMatch(
      /^demo +InstanceMissing /m,
    );
  });
});

it('an upgrade says from what to what, or that there is nothing to do', () => {
  const record = sandboxRecord();
  const before = { version: '1', image: 'agent:1' };
  const result: UpgradeResult = {
    changed: true,
    before,
    after: { version: '2', image: 'agent:2' },
    relay: true,
    record,
    warnings: ['slow'],
    notes: [],
  };
  expect(renderUpgrade('demo', result)).toBe(
    'demo runs openclaw 2, image agent:2 now; before: 1, image agent:1.\nIts relay was made anew.\nwarning: slow\n',
  );
  expect(renderUpgrade('demo', { ...result, after: before, warnings: [] })).toContain('keeps its image (openclaw 1');
  expect(renderUpgrade('demo', { ...result, changed: false, after: before, relay: false })).toBe(
    'demo is up to date (openclaw 1, image agent:1); nothing to do.\n',
  );
});

it('a bundle says where it is and what is not in it', () => {
  expect(
    renderDebug({ file: '/x.tar.gz', bytes: 2049, files: 7, missing: [{ file: 'engine.json', why: 'no\nengine' }] }),
  ).toBe('/x.tar.gz: 7 files, 3 KiB, readable for you alone.\nnot in it: engine.json (no engine)\n');
});
