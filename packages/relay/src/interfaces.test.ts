import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { addressIn, type Interfaces, waitForAddress } from './interfaces.ts';

const ipv4 = (address: string): NetworkInterfaceInfo => ({
  address,
  family: 'IPv4',
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  internal: false,
  cidr: `${address}/24`,
});
const interfaces: Interfaces = {
  lo: [ipv4('127.0.0.1')],
  eth0: [
    { ...ipv4('0.0.0.0'), address: 'fe80::1', family: 'IPv6', scopeid: 2 } as NetworkInterfaceInfo,
    ipv4('10.213.4.2'),
  ],
  eth1: [ipv4('172.30.0.9')],
};

describe('addressIn', () => {
  it.each([
    ['10.213.4.0/28', '10.213.4.2'],
    ['172.30.0.0/16', '172.30.0.9'],
    ['10.213.4.16/28', undefined],
    ['192.168.0.0/16', undefined],
  ])('%s is %s', (cidr, address) => expect(addressIn(cidr, interfaces)).toBe(address));
});

describe('waitForAddress', () => {
  it('waits until the interface is there', async () => {
    let slept = 0;
    const read = (): Interfaces => (slept < 3 ? { lo: interfaces.lo } : interfaces);
    const sleep = async () => {
      slept += 1;
    };
    expect(await waitForAddress('172.30.0.0/24', read, sleep)).toBe('172.30.0.9');
    expect(slept).toBe(3);
  });

  it('gives up after its bound', async () => {
    let sleptMs = 0;
    const sleep = async (ms: number) => {
      sleptMs += ms;
    };
    await expect(waitForAddress('172.30.0.0/24', () => ({}), sleep, 500)).rejects.toThrow(
      'no local address in 172.30.0.0/24',
    );
    expect(sleptMs).toBe(500);
  });
});
