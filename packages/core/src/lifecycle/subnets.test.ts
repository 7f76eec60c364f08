import { describe, expect, it } from 'vitest';
import { subnetCandidates } from './subnets.ts';

describe('subnetCandidates', () => {
  it('gives sandboxes /28s and egress /24s that never overlap', () => {
    const sandboxes = subnetCandidates('10.213.0.0/16', 'sandbox', 'any', 100_000);
    const egress = subnetCandidates('10.213.0.0/16', 'egress', 'any', 100);
    expect(new Set(sandboxes).size).toBe(sandboxes.length);
    const third = (cidr: string) => Number(cidr.split('.')[2]);
    expect(Math.max(...sandboxes.map(third))).toBeLessThan(Math.min(...egress.map(third)));
    expect(egress.every((cidr) => cidr.endsWith('.0/24'))).toBe(true);
    expect(sandboxes.every((cidr) => cidr.endsWith('/28'))).toBe(true);
  });

  it('asks for the same subnet first for the same key and stays inside a small range', () => {
    expect(subnetCandidates('172.20.4.0/22', 'sandbox', 'a')).toEqual(
      subnetCandidates('172.20.4.0/22', 'sandbox', 'a'),
    );
    for (const cidr of [
      ...subnetCandidates('172.20.4.0/22', 'sandbox', 'a'),
      ...subnetCandidates('172.20.4.0/22', 'egress', 'a'),
    ])
      expect(cidr).toMatch(/^172\.20\.[4-7]\./);
  });
});
