import type { HostEndpoint, ProbeContext } from '@nemoclaw/plugin-api';
import { bindSetting } from './bind-settings.ts';
import type { Verdict } from './judge-endpoint.ts';
import type { BridgeCode } from './outcome.ts';

type Egress = NonNullable<ProbeContext['egress']>;

export interface EndpointRemedyInput {
  verdict: Verdict;
  endpoint: HostEndpoint;
  /** The address that the container dialled. */
  address: string;
  egress: Egress;
  /** The engine lives in a virtual machine: the host's own firewall commands do not apply as they stand. */
  behindVm: boolean;
  /** The host reaches the port on its loopback and not on that address. */
  alsoLoopbackOnly: boolean;
}

/** What to do about one endpoint; first the line to try. */
export function endpointRemedy(input: EndpointRemedyInput): string[] {
  const { verdict, endpoint } = input;
  const { purpose, host, port } = endpoint;
  switch (verdict.cause) {
    case 'reached':
      return [];
    case 'filtered':
    case 'rejected':
      return [...openFirewall(input), ...(input.alsoLoopbackOnly ? listenElsewhere(input) : [])];
    case 'loopback_only':
      return listenElsewhere(input);
    case 'nothing_listens':
      return [`Nothing listens on port ${port} of this host: start what serves "${purpose}" and try again.`];
    case 'name_unresolved':
      return [
        `The name ${host} has no address in a container on ${input.egress.networkName}: use host.nemoclaw.internal or an address of this host for "${purpose}".`,
      ];
    case 'not_dialled':
      return [`Port ${port} for "${purpose}" could not be tried; run \`nemoclaw doctor\` again when the host is idle.`];
  }
}

function openFirewall({ endpoint: { port }, address, egress, behindVm }: EndpointRemedyInput): string[] {
  if (behindVm) return [`Let the engine's virtual machine reach TCP port ${port} of this host in the host's firewall.`];
  return [
    `sudo ufw allow from ${egress.subnet} to ${address} port ${port} proto tcp`,
    `With another firewall: let TCP from ${egress.subnet} (network ${egress.networkName}) to ${address} port ${port} pass.`,
  ];
}

function listenElsewhere({ endpoint: { purpose, port }, address, behindVm }: EndpointRemedyInput): string[] {
  if (behindVm)
    return [
      `"${purpose}" listens on this host's loopback only: make it listen on an address that the engine's virtual machine reaches.`,
    ];
  return [
    `"${purpose}" listens on this host's loopback only: ${bindSetting(purpose, address, port)}.`,
    `Or leave it as it is and run the command again with --forward: a small container then listens on ${address}:${port} alone and passes connections on to that loopback port.`,
  ];
}

/** What to do when no endpoint could be judged. */
export function runRemedy(
  code: Exclude<BridgeCode, 'ok' | 'tcp_failed' | 'bound_to_loopback'>,
  networkName: string,
): string[] {
  switch (code) {
    case 'network_not_found':
      return [
        `The network ${networkName} is gone from the engine: run the command again, or \`nemoclaw <name> recover\` for a sandbox that exists; both make it anew.`,
      ];
    case 'probe_unavailable':
      return [
        'The network was not tested, so nothing is known to be wrong with it; `nemoclaw doctor` runs this probe again.',
      ];
    case 'probe_timeout':
      return [
        'The engine took too long to run a helper container: look at its load and log, then run `nemoclaw doctor`.',
      ];
    case 'veth_unsupported':
      return [
        "This kernel can't make the virtual network pairs that bridge networks need: `sudo modprobe veth`, or reboot into the kernel whose modules are installed.",
      ];
    case 'engine_unreachable':
      return [
        'Start the Docker engine (`sudo systemctl start docker`) and make sure that you may use its socket (`docker version`).',
      ];
  }
}
