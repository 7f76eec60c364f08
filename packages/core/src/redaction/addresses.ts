import { ALIASES, HOST_NAMES } from '@nemoclaw/plugin-api';

const OUR_HOSTS: ReadonlySet<string> = new Set([
  ...Object.values(ALIASES),
  ...HOST_NAMES,
  'localhost',
  '127.0.0.1',
  '::1',
  '0.0.0.0',
]);

const hostOf = (part: string): string | undefined => {
  if (!part.includes('://')) return part.replace(/:\d+$/, '');
  const url = URL.parse(part);
  return url && url.username === '' && url.password === '' && url.search === '' ? url.hostname : undefined;
};

/** Addresses that we gave out ourselves (proxy settings above all): hiding them would hide what a reader needs. */
export const isOurAddress = (value: string): boolean =>
  value.split(',').every((part) => OUR_HOSTS.has(hostOf(part.trim()) ?? ''));
