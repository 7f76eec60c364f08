import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('net');
const { driver } = world;
afterAll(() => world.clean());

/** A connection attempt from inside; Perl is in every Debian. */
const reach = (host: string, port: number): string =>
  `perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(PeerAddr => "${host}", PeerPort => ${port}, Timeout => 2); print $s ? "open" : "no: $!"'`;
const listen = (port: number): string[] => [
  'perl',
  '-MIO::Socket::INET',
  '-e',
  `my $s = IO::Socket::INET->new(Listen => 5, LocalPort => ${port}, ReuseAddr => 1) or die $!; while (1) { my $c = $s->accept; close $c if $c }`,
];

describe('networks', () => {
  it('makes one once, and finds it again by name and labels', async () => {
    const spec = {
      name: world.name('once'),
      labels: world.labels,
      kind: 'isolated' as const,
      subnets: ['10.214.10.0/28'],
    };
    const made = await driver.ensureNetwork(spec);
    expect(made).toMatchObject({ created: true, kind: 'isolated', subnet: '10.214.10.0/28', gateway: '' });
    expect(await driver.ensureNetwork(spec)).toEqual({ ...made, created: false });
    expect(await driver.inspectNetwork(made.id)).toMatchObject({ id: made.id, labels: world.labels });
    expect((await driver.listNetworks(world.labels)).map(({ id }) => id)).toContain(made.id);
  });

  it('makes one of several that are asked for at once', async () => {
    const spec = {
      name: world.name('at-once'),
      labels: world.labels,
      kind: 'isolated' as const,
      subnets: ['10.214.12.0/28', '10.214.12.16/28', '10.214.12.32/28'],
    };
    const asked = await Promise.all(Array.from({ length: 6 }, () => driver.ensureNetwork(spec)));
    expect(asked.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
  });

  it('refuses one of that name with other labels or of another kind', async () => {
    const spec = {
      name: world.name('mine'),
      labels: world.labels,
      kind: 'egress' as const,
      subnets: ['10.214.10.16/28'],
    };
    const { id } = await driver.ensureNetwork(spec);
    await expect(driver.ensureNetwork({ ...spec, labels: { whose: 'other' } })).rejects.toMatchObject({
      code: 'ENGINE_CONFLICT',
    });
    await expect(driver.ensureNetwork({ ...spec, kind: 'isolated' })).rejects.toMatchObject({
      code: 'ENGINE_CONFLICT',
      message: expect.stringContaining('kind egress, not isolated'),
    });
    expect(await driver.inspectNetwork(id)).toBeDefined();
  });

  it('takes the next range when one is taken', async () => {
    const first = await world.network('isolated', ['10.214.10.32/28']);
    const second = await world.network('egress', [first.subnet, '10.214.10.48/28']);
    expect(second).toMatchObject({ subnet: '10.214.10.48/28', gateway: '10.214.10.49', kind: 'egress' });
    await expect(world.network('isolated', [first.subnet])).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
  });

  it('removes one twice without a word, and none that is in use', async () => {
    const network = await world.network('isolated', ['10.214.10.64/28']);
    const id = await world.running({ networks: [{ network: network.id, aliases: [] }] });
    await expect(driver.removeNetwork(network.id)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
    await driver.remove(id, { force: true });
    await driver.removeNetwork(network.id);
    await driver.removeNetwork(network.id);
    expect(await driver.inspectNetwork(network.id)).toBeUndefined();
  });
});

describe('isolation', () => {
  it('leaves no address of the host within reach, while aliases and a relay on two networks are', async () => {
    const host = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => host.listen(0, '0.0.0.0', resolve));
    const { port } = host.address() as { port: number };
    try {
      const isolated = await world.network('isolated', ['10.214.11.0/28']);
      const egress = await world.network('egress', ['10.214.11.16/28']);
      await world.running({
        command: listen(4000),
        networks: [
          { network: isolated.id, aliases: ['relay.test.internal'] },
          { network: egress.id, aliases: [] },
        ],
      });
      const agent = await world.running({ networks: [{ network: isolated.id, aliases: ['agent.test.internal'] }] });
      const outside = await world.running({ networks: [{ network: egress.id, aliases: [] }] });

      expect(await world.sh(agent, reach('relay.test.internal', 4000))).toBe('open');
      // The same port of the host answers over the egress bridge: so a "no" below means something.
      expect(await world.sh(outside, reach(egress.gateway, port))).toBe('open');
      const addresses = Object.values(networkInterfaces())
        .flat()
        .flatMap((one) => (one && one.family === 'IPv4' && !one.internal ? [one.address] : []));
      expect(addresses).toContain(egress.gateway);
      const all = await Promise.all(addresses.map((address) => world.sh(agent, reach(address, port))));
      expect(all.filter((answer) => answer === 'open')).toEqual([]);
      // The bridge has no address at all, and no IPv6 is there to go around it.
      expect(addresses.filter((address) => address.startsWith('10.214.11.') && address !== egress.gateway)).toEqual([]);
      expect(await world.sh(agent, "grep -c . /proc/net/if_inet6 || true; grep -v ' lo$' /proc/net/if_inet6")).toMatch(
        /^[01]$/,
      );
    } finally {
      host.close();
    }
  });

  it('keeps containers on the egress network from one another', async () => {
    const egress = await world.network('egress', ['10.214.11.32/28']);
    const one = await world.running({ command: listen(4000), networks: [{ network: egress.id, aliases: [] }] });
    const other = await world.running({ networks: [{ network: egress.id, aliases: [] }] });
    const address = (await driver.inspect(one))?.networks[0]?.ipv4 ?? '';
    expect(address).toMatch(/^10\.214\.11\./);
    expect(await world.sh(one, reach('127.0.0.1', 4000))).toBe('open');
    expect(await world.sh(other, reach(address, 4000))).toMatch(/^no/);
  });
});
