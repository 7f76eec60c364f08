import { expect, it } from 'vitest';
import { sandboxRecord } from '../journal.fixture.ts';
import { agentSpec } from '../specs.ts';
import { planAfter, recordAfter } from './record-after.ts';

const spec = (image: string) =>
  agentSpec({ sandbox: { id: 's1', name: 'demo' }, labels: {}, image, networkId: 'n1', memoryBytes: 1 << 30 });

it('claims nothing that was proved of the container before', () => {
  const proved = { at: '', summary: 'ok' };
  const probe = { ...proved, probe: {} as never };
  const before = sandboxRecord({
    proofs: {
      gateway: proved,
      inference: probe,
      chat: { ...proved, elapsedMs: 1 },
      tools: { ...proved, uid: 1 },
      bridge: probe,
    },
  });
  before.agent.isolationProof = 'proved';
  const images = { agent: { id: 'sha256:b', tag: 'agent:2' }, base: { id: 'b', tag: 'base:2' }, parent: 'parent:2' };
  const after = recordAfter(before, images, { version: '2.0.0', plugin: '@acme/claw@2.0.0' });
  expect(after.proofs).toEqual({ bridge: probe });
  expect(after.agent).toEqual({
    ...before.agent,
    version: '2.0.0',
    plugin: '@acme/claw@2.0.0',
    isolationProof: 'declared',
  });
  expect(after.image).toEqual({ id: 'sha256:b', tag: 'agent:2', base: 'base:2', parent: 'parent:2' });
  expect({ ...after, agent: 0, image: 0, proofs: 0 }).toEqual({ ...before, agent: 0, image: 0, proofs: 0 });
});

it('plans as of today, and keeps what the sandbox has of its own', () => {
  const mine = { type: 'volume' as const, source: 'mine', target: '/mine', readOnly: true };
  const recorded = {
    ...spec('old'),
    networks: [{ network: 'n1', aliases: ['agent', 'other'], ipv4: '10.0.0.9' }],
    restartPolicy: 'no' as const,
    mounts: [...spec('old').mounts.slice(0, 2), mine],
    carried: { host: { CpuShares: 512 }, endpoints: {} },
  };
  const { networks, restartPolicy, carried } = recorded;
  expect(planAfter(spec('new'), recorded)).toEqual({
    ...spec('new'),
    networks,
    restartPolicy,
    carried,
    mounts: [...spec('new').mounts, mine],
  });
  expect('carried' in planAfter(spec('new'), spec('old'))).toBe(false);
});
