import type * as x509 from '@peculiar/x509';

const ID_NAME_CONSTRAINTS = '2.5.29.30';
const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** One DER element; all of ours are short enough for a length of one byte. */
const element = (tag: number, content: Uint8Array): Uint8Array => {
  if (content.length > 127) throw new RangeError('name constraints are longer than one length byte can say');
  return Uint8Array.from([tag, content.length, ...content]);
};
const join = (parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const subtree = (name: Uint8Array): Uint8Array => element(SEQUENCE, name);

/**
 * Critical: whoever trusts this CA trusts it for these DNS names and what is below them, and for no IP address (which a
 * constraint on DNS names alone would leave open). RFC 5280 §4.2.1.10; the library has no class for it.
 */
export const nameConstraints = ({ Extension }: Pick<typeof x509, 'Extension'>, dnsNames: string[]): x509.Extension => {
  const permitted = dnsNames.map((name) => subtree(element(DNS_NAME, new TextEncoder().encode(name))));
  // Address and mask, all zero: every IPv4 and every IPv6 address.
  const excluded = [8, 32].map((length) => subtree(element(IP_ADDRESS, new Uint8Array(length))));
  const value = element(SEQUENCE, join([element(PERMITTED, join(permitted)), element(EXCLUDED, join(excluded))]));
  return new Extension(ID_NAME_CONSTRAINTS, true, value);
};
