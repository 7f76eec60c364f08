import { json, refusal, type ScriptedEngine, startScriptedEngine } from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/call.ts';
import { createNetworks } from './networks.ts';
import { foreignLabel, networkState } from './state.ts';
import { firstAddress } from './subnet.ts';

describe('firstAddress', () => {
  it.each([
    ['10.1.2.0/24', '10.1.2.1'],
    ['10.1.2.48/28', '10.1.2.49'],
    ['10.1.2.55/28', '10.1.2.49'],
    ['172.31.255.0/24', '172.31.255.1'],
    ['10.1.2.0/31', undefined],
    ['fd00::/64', undefined],
    ['10.1.2.300/24', undefined],
    ['', undefined],
  ])('%s → %s', (cidr, address) => {
    expect(firstAddress(cidr)).toBe(address);
  });
});

describe('networkState', () => {
  const isolated = {
    Id: '1',
    Name: 'n',
    Internal: true,
    Options: {
      'com.docker.network.bridge.gateway_mode_ipv4': 'isolated',
      'com.docker.network.bridge.gateway_mode_ipv6': 'isolated',
    },
  };
  it.each([
    ['isolated', isolated],
    ['other', { ...isolated, EnableIPv6: true }],
    ['other', { ...isolated, Options: {} }],
    ['other', { ...isolated, Options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' } }],
    ['other', { ...isolated, Internal: false }],
    ['egress', { Id: '1', Name: 'n', Options: { 'com.docker.network.bridge.enable_icc': 'false' } }],
    ['other', { Id: '1', Name: 'n', Options: null }],
  ])('is %s', (kind, document) => {
    expect(networkState(document).kind).toBe(kind);
  });
});

describe('foreignLabel', () => {
  it('finds a label that is otherwise or absent, and passes over the ignored', () => {
    expect(foreignLabel({ a: '1' }, { a: '1', b: '2' }, [])).toBeUndefined();
    expect(foreignLabel({ a: '1' }, { a: '2' }, [])).toBe('a is "2", not "1"');
    expect(foreignLabel({ a: '1' }, {}, [])).toBe('a is absent, not "1"');
    expect(foreignLabel({ op: 'x' }, { op: 'y' }, ['op'])).toBeUndefined();
  });
});

describe('ensureNetwork', () => {
  let scripted: ScriptedEngine;
  beforeEach(async () => {
    scripted = await startScriptedEngine();
  });
  afterEach(() => scripted.close());
  const ensure = (subnets: string[]) =>
    createNetworks(createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' })).ensureNetwork({
      name: 'n',
      labels: {},
      kind: 'isolated',
      subnets,
    });
  const isolated = {
    Id: '1',
    Name: 'n',
    Internal: true,
    Options: {
      'com.docker.network.bridge.gateway_mode_ipv4': 'isolated',
      'com.docker.network.bridge.gateway_mode_ipv6': 'isolated',
    },
    IPAM: { Config: [{ Subnet: '10.0.1.0/28' }] },
  };

  it('takes a network that somebody made at the same time, when it is the same', async () => {
    scripted
      .on('GET', '/networks/n', refusal(404, 'network n not found'), json(200, isolated))
      .on('POST', '/networks/create', refusal(409, 'network with name n already exists'));
    expect(await ensure(['10.0.1.0/28'])).toMatchObject({ id: '1', created: false });
  });

  it('waits for one that is being made, and whose name is taken already', async () => {
    const missing = refusal(404, 'network n not found');
    scripted
      .on('GET', '/networks/n', missing, missing, json(200, isolated))
      .on('POST', '/networks/create', refusal(409, 'network with name n already exists'));
    expect(await ensure(['10.0.1.0/28'])).toMatchObject({ id: '1', created: false });
  });

  it('takes a network away again that the engine made without isolation', async () => {
    scripted
      .on('GET', '/networks/n', refusal(404, 'network n not found'))
      .on('POST', '/networks/create', json(201, { Id: 'new' }))
      .on('GET', '/networks/new', json(200, { ...isolated, Id: 'new', Options: {} }))
      .on('DELETE', '/networks/new', json(204, ''));
    await expect(ensure(['10.0.1.0/28'])).rejects.toMatchObject({ code: 'ENGINE_TOO_OLD' });
    expect(scripted.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/networks/new' });
  });

  it('says which ranges the engine refused', async () => {
    scripted
      .on('GET', '/networks/n', refusal(404, 'network n not found'))
      .on(
        'POST',
        '/networks/create',
        refusal(403, 'invalid pool request: Pool overlaps with other one on this address space'),
      );
    await expect(ensure(['10.0.1.0/28', '10.0.2.0/28'])).rejects.toMatchObject({
      code: 'ENGINE_CONFLICT',
      message: expect.stringContaining('10.0.1.0/28, 10.0.2.0/28'),
    });
  });
});
