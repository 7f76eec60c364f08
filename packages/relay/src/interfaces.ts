import { BlockList } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** The local IPv4 address that lies in `cidr`, or undefined. */
export const addressIn = (cidr: string, interfaces: Interfaces): string | undefined => {
  const [network = '', prefix = ''] = cidr.split('/');
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(prefix), 'ipv4');
  return Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .find((info) => info.family === 'IPv4' && subnet.check(info.address, 'ipv4'))?.address;
};

/**
 * Waits until this machine has an address in `cidr`: the engine gives a container other addresses after a restart, and
 * attaches its second network a moment after the first.
 * @throws Error when there is none within `boundMs`
 */
export const waitForAddress = async (
  cidr: string,
  read: () => Interfaces,
  sleep: (ms: number) => Promise<unknown>,
  boundMs = 10_000,
): Promise<string> => {
  const stepMs = 100;
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    const address = addressIn(cidr, read());
    if (address !== undefined) return address;
    if (waitedMs >= boundMs) throw new Error(`no local address in ${cidr} after ${boundMs} ms`);
    await sleep(stepMs);
  }
};
