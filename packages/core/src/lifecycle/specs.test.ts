import { ALIASES, IDS, PATHS, PORTS } from '@nemoclaw/plugin-api';
import { describe, expect, it } from 'vitest';
import { agentSpec, forwardSpec, hostEntries, relaySpec } from './specs.ts';

const sandbox = { id: '12345678-aaaa-4bbb-8ccc-123456789012', name: 'demo' };
const common = { sandbox, labels: {}, image: 'sha256:1' };
const agent = agentSpec({ ...common, networkId: 'n1', memoryBytes: 3 * 1024 ** 3 });
const relay = relaySpec({ ...common, networkId: 'n1', egressId: 'e1', hostAddress: '10.0.0.1', ingressPort: 18_700 });
const forward = forwardSpec({ ...common, listenAddress: '10.0.0.1', port: 11_434 });

describe.each([
  ['agent', agent],
  ['relay', relay],
  ['forward', forward],
])('the %s container', (_role, spec) => {
  it('has no way to more rights', () => {
    expect(spec.capDrop).toEqual(['ALL']);
    expect(spec.securityOpt).toEqual(['no-new-privileges']);
    expect(spec.readOnlyRoot).toBe(true);
    expect(spec.devices).toEqual([]);
    expect(spec.groups).toEqual([]);
    for (const field of ['privileged', 'pidMode', 'ipcMode', 'userns', 'cgroupParent'])
      expect(spec).not.toHaveProperty(field);
  });

  it('is bounded in memory, processes and log, and reaped by an init', () => {
    expect(spec.limits.memoryBytes).toBeGreaterThan(0);
    expect(spec.limits.pids).toBeGreaterThan(0);
    expect(spec.logMaxBytes).toBeGreaterThan(0);
    expect(spec.init).toBe(true);
  });

  it('mounts nothing but named volumes of its sandbox and memory', () => {
    for (const mount of spec.mounts)
      if (mount.type === 'volume') expect(mount.source).toMatch(/^nemoclaw-demo-12345678-/);
      else expect(mount.sizeBytes).toBeGreaterThan(0);
  });
});

describe('the agent container', () => {
  it('has the three capabilities of its supervisor and no other', () => {
    expect(agent.capAdd.toSorted()).toEqual(['KILL', 'SETGID', 'SETUID']);
    expect(agent.user).toBe('0:0');
  });

  it('sits on its own network alone, publishes nothing and knows no name of the host', () => {
    expect(agent.networks).toEqual([{ network: 'n1', aliases: [ALIASES.agent] }]);
    expect(agent.ports).toEqual([]);
    expect(agent.extraHosts).toEqual({});
  });

  it('cannot write its sealed volume, and has no secret in its environment', () => {
    const sealed = agent.mounts.find((mount) => mount.target === PATHS.sealed);
    expect(sealed).toMatchObject({ type: 'volume', readOnly: true });
    expect(Object.keys(agent.env).sort()).toEqual(['LANG', 'PATH']);
  });

  it('keeps its hostname for as long as the sandbox lives', () => {
    expect(agent.hostname).toBe(agentSpec({ ...common, image: 'sha256:2', networkId: 'n2', memoryBytes: 1 }).hostname);
    expect(agent.hostname).toContain('12345678');
  });
});

describe('the relay container', () => {
  it('is nobody, without a capability', () => {
    expect(relay.user).toBe(`${IDS.relay}:${IDS.relay}`);
    expect(relay.capAdd).toEqual([]);
  });

  it('stands between the two networks, forwards no packet, and alone publishes a port', () => {
    expect(relay.networks.map(({ network }) => network)).toEqual(['n1', 'e1']);
    expect(relay.networks[1]?.aliases).toEqual([]);
    expect(relay.sysctls).toEqual({ 'net.ipv4.ip_forward': '0' });
    expect(relay.ports).toEqual([{ containerPort: PORTS.ingress, hostPort: 18_700 }]);
  });

  it('reads its configuration and writes nothing that lasts', () => {
    expect(relay.mounts.filter((mount) => mount.type === 'volume')).toEqual([
      { type: 'volume', source: 'nemoclaw-demo-12345678-relay', target: PATHS.relayConfigDir, readOnly: true },
    ]);
  });

  it('knows the host by all its names', () => {
    expect(relay.extraHosts).toEqual(hostEntries('10.0.0.1'));
    expect(Object.values(relay.extraHosts)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1']);
  });
});

describe('the forwarder', () => {
  it('listens on one address and knows one port of the host’s loopback', () => {
    expect(forward.command.slice(-4)).toEqual(['--listen', '10.0.0.1:11434', '--to', '127.0.0.1:11434']);
    expect(forward.user).toBe(`${IDS.relay}:${IDS.relay}`);
    expect(forward.capAdd).toEqual([]);
    expect(forward.mounts).toEqual([]);
    expect(forward.ports).toEqual([]);
  });
});
