import { BlockList, isIPv4 } from 'node:net';

const privateRanges = (): BlockList => {
  const list = new BlockList();
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  // Carrier-grade NAT: what some hosts use inside, never a public address.
  list.addSubnet('100.64.0.0', 10);
  return list;
};

/** `a.b.c.d/n`, all of it private, with room for some networks (n between 8 and 22) and no bits below the mask. */
export const isPrivateRange = (text: string): boolean => {
  const [address = '', bits = '', ...rest] = text.split('/');
  if (rest.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(bits)) return false;
  const prefix = Number(bits);
  if (prefix < 8 || prefix > 22) return false;
  const start = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefix);
  if (start % size !== 0) return false;
  const end = start + size - 1;
  const last = [24, 16, 8, 0].map((shift) => Math.floor(end / 2 ** shift) % 256).join('.');
  const ranges = privateRanges();
  return ranges.check(address) && ranges.check(last);
};
