const toNumber = (address: string): number =>
  address.split('.').reduce((sum, octet) => sum * 256 + Number.parseInt(octet, 10), 0);
const toAddress = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** A small stable hash, so that a sandbox asks for the same subnet again when its network has to be made anew. */
const spread = (text: string): number => {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return hash;
};

/**
 * Candidate subnets of `range` (CIDR): the last /24 and its neighbours for egress, /28s below them for sandboxes, each
 * list starting at a place given by `key`, so that two homes seldom ask for the same one.
 */
export const subnetCandidates = (range: string, kind: 'egress' | 'sandbox', key: string, count = 16): string[] => {
  const [base = '', bits = ''] = range.split('/');
  const start = toNumber(base);
  const size = 2 ** (32 - Number.parseInt(bits, 10));
  const egressBlocks = Math.min(16, Math.max(1, Math.floor(size / 256 / 4)));
  const egressStart = start + size - egressBlocks * 256;
  if (kind === 'egress') {
    const first = spread(key) % egressBlocks;
    return Array.from({ length: Math.min(count, egressBlocks) }, (_, index) => {
      const block = (first + index) % egressBlocks;
      return `${toAddress(egressStart + block * 256)}/24`;
    });
  }
  const blocks = Math.floor((egressStart - start) / 16);
  const first = spread(key) % blocks;
  return Array.from(
    { length: Math.min(count, blocks) },
    (_, index) => `${toAddress(start + ((first + index) % blocks) * 16)}/28`,
  );
};
