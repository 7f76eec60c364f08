import type { Labels, NetworkSpec, NetworkState } from '@nemoclaw/plugin-api';
import { firstAddress } from './subnet.ts';

/** What is read of the engine's network document. */
export interface NetworkDocument {
  Id: string;
  Name: string;
  Internal?: boolean;
  EnableIPv6?: boolean;
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
  IPAM?: { Config?: { Subnet?: string; Gateway?: string }[] | null } | null;
}

const GATEWAY_MODE_V4 = 'com.docker.network.bridge.gateway_mode_ipv4';
const GATEWAY_MODE_V6 = 'com.docker.network.bridge.gateway_mode_ipv6';
const ICC = 'com.docker.network.bridge.enable_icc';

/**
 * `isolated`: the bridge gets no address of the host at all. `Internal` alone leaves every service that the host binds
 * on 0.0.0.0 within reach, and IPv6 would open the host again, so it is off and its mode is said as well.
 */
export const networkBody = (spec: NetworkSpec, subnet: string) => ({
  Name: spec.name,
  Driver: 'bridge',
  Internal: spec.kind === 'isolated',
  EnableIPv6: false,
  Labels: spec.labels,
  Options:
    spec.kind === 'isolated' ? { [GATEWAY_MODE_V4]: 'isolated', [GATEWAY_MODE_V6]: 'isolated' } : { [ICC]: 'false' },
  IPAM: {
    Driver: 'default',
    Config: [{ Subnet: subnet, ...(spec.kind === 'egress' ? { Gateway: firstAddress(subnet) } : {}) }],
  },
});

const kindOf = (network: NetworkDocument): NetworkState['kind'] => {
  const options = network.Options ?? {};
  if (network.EnableIPv6) return 'other';
  if (network.Internal) {
    return options[GATEWAY_MODE_V4] === 'isolated' && options[GATEWAY_MODE_V6] === 'isolated' ? 'isolated' : 'other';
  }
  return options[ICC] === 'false' ? 'egress' : 'other';
};

export const networkState = (network: NetworkDocument, created = false): NetworkState => {
  const config = network.IPAM?.Config?.[0];
  const kind = kindOf(network);
  const subnet = config?.Subnet ?? '';
  return {
    id: network.Id,
    name: network.Name,
    subnet,
    // The engine omits the gateway that it chose itself, until a container is attached.
    gateway: kind === 'isolated' ? '' : (config?.Gateway ?? firstAddress(subnet) ?? ''),
    labels: network.Labels ?? {},
    kind,
    created,
  };
};

/** The first label that the object has otherwise than asked, as words; the operation that made it does not count. */
export const foreignLabel = (wanted: Labels, present: Labels, ignored: readonly string[]): string | undefined => {
  for (const [key, value] of Object.entries(wanted)) {
    if (ignored.includes(key) || present[key] === value) continue;
    return `${key} is ${present[key] === undefined ? 'absent' : `"${present[key]}"`}, not "${value}"`;
  }
  return undefined;
};
