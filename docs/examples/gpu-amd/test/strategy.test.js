import { hostFacts } from '@nemoclaw/testkit/contexts';
import { expect, it } from 'vitest';
import strategy from '../src/index.js';

it('takes one device unless told otherwise', () => {
  const facts = hostFacts({ engine: { cdiDevices: ['amd.com/gpu=0', 'amd.com/gpu=1'] } });
  const { deviceRequests } = strategy.prepare(facts, { devices: [], env: {} });
  expect(deviceRequests[0].deviceIds).toEqual(['amd.com/gpu=0']);
});
