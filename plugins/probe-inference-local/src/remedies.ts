import type { ProbeLayer } from '@nemoclaw/plugin-api';
import type { InferenceCode } from './outcome.ts';

/** What to do; first the line to try. `name` is the sandbox's. */
export function remedyFor(code: InferenceCode, layer: ProbeLayer, name: string): string[] {
  const recover = `nemoclaw ${name} recover`;
  switch (code) {
    case 'ok':
      return [];
    case 'refused':
      return [
        recover,
        "Nothing took the request at inference.local: the sandbox's relay is down or not on its network; recover starts it again.",
      ];
    case 'dns_failed':
      return [
        recover,
        "The name inference.local has no address on the sandbox's network: the relay is not connected to it; recover connects it again.",
      ];
    case 'tls_failed':
      return [
        recover,
        "The relay's certificate was not accepted: recover renews it; check this host's clock when the error says not yet valid.",
      ];
    case 'unauthorized':
      return [
        'Check that the credential which this sandbox was onboarded with is still valid and may list models, then onboard it again with the right one.',
        'The key is given with --credential-env VAR; the agent never sees it.',
      ];
    case 'not_found':
      return [
        "Check the provider's endpoint: below it there must be /v1/models (give the address without /v1).",
        'The right kind of provider (--provider) decides which paths are used.',
      ];
    case 'client_error':
      return ["The provider refuses to list its models: check its kind and endpoint, and the provider's own log."];
    case 'server_error':
      return [
        'Check that the model server runs and answers GET /v1/models on this host.',
        '`nemoclaw doctor` tells whether the sandbox network reaches it.',
      ];
    case 'timeout':
      return layer === 'http' || layer === 'model'
        ? [
            'The provider took the request and did not answer: check its load and its log.',
            '`nemoclaw doctor` tells whether the sandbox network reaches it.',
          ]
        : [recover, 'The way to the relay swallows packets: a firewall between containers, or a relay that hangs.'];
    case 'wrong_namespace':
      return [
        recover,
        "The proof has to run where the agent runs. An answer from another network namespace, such as the host's, says nothing about the agent; recover puts gateway and container together again.",
      ];
    case 'no_client':
      return [
        'Use an image made by NemoClaw (`nemoclaw <name> upgrade`), or ask https://inference.local/v1/models by hand from the agent.',
      ];
    case 'exec_failed':
      return [recover, `If it comes again: nemoclaw ${name} logs shows what the supervisor says.`];
  }
}
