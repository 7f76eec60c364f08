import { HOST_NAMES, type HostEndpoint } from '@nemoclaw/plugin-api';

/** Where on the host a provider listens, as containers name it; undefined when it is elsewhere. */
export const hostEndpointOf = (provider: { id: string; endpoint: string }): HostEndpoint | undefined => {
  const { hostname: host, port, protocol } = new URL(provider.endpoint);
  if (!(HOST_NAMES as readonly string[]).includes(host)) return undefined;
  return { purpose: `provider ${provider.id}`, host, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
};
