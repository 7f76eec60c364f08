import { CodedError } from '@nemoclaw/plugin-api';
import { expect, it } from 'vitest';
import type { Repair } from './look.ts';
import { anewInstead, type Part } from './second-try.ts';

const NOTHING: Repair = { egress: false, network: false, relay: false, agent: false, forward: false };
const failed = (step: string, code: string, details = {}) =>
  new CodedError(code, { message: 'so it is', details: { step, ...details } });

it.each<[string, CodedError, Part]>([
  ['sealed files that were changed', failed('wake', 'RESTART_CONFIG_HASH_MISMATCH'), 'agent'],
  ['a relay that the engine can’t start', failed('start-relay', 'ENGINE_ERROR'), 'relay'],
  ['a relay whose port is taken', failed('start-relay', 'PORT_TAKEN'), 'relay'],
  ['a relay that never answers', failed('start-relay', 'SUPERVISOR_UNREACHABLE'), 'relay'],
  ['a container that the engine can’t start', failed('start', 'ENGINE_NOT_FOUND'), 'agent'],
  ['a container that exits', failed('start', 'GATEWAY_START_FAILED', { end: 'exited' }), 'agent'],
  ['a refused configuration', failed('start', 'GATEWAY_START_FAILED', { end: 'config_refused' }), 'agent'],
  ['a relay of another version', failed('start-relay', 'SUPERVISOR_OUTDATED'), 'relay'],
  ['a supervisor of another version', failed('wake', 'SUPERVISOR_OUTDATED'), 'agent'],
  ['one that is seen at its start', failed('start', 'SUPERVISOR_OUTDATED'), 'agent'],
])('%s is answered by making it anew, once', (_title, error, part) => {
  expect(anewInstead(error, NOTHING, [])).toMatchObject({ part, because: expect.stringContaining('so it is') });
  expect(anewInstead(error, { ...NOTHING, [part]: true }, [])).toBeUndefined();
  expect(anewInstead(error, NOTHING, [part])).toBeUndefined();
});

it.each([
  ['an engine that is away', failed('start', 'ENGINE_NOT_RUNNING')],
  ['a GPU that is away', failed('start', 'GPU_INJECTION_FAILED')],
  ['a gateway that is slow', failed('start', 'GATEWAY_START_FAILED', { end: 'late' })],
  ['a gateway that crashes', failed('start', 'GATEWAY_START_FAILED', { end: 'quarantined' })],
  ['a provider that is away', failed('inference', 'INFERENCE_UNREACHABLE')],
])('%s would be the same with another container', (_title, error) => {
  expect(anewInstead(error, NOTHING, [])).toBeUndefined();
});
