import { CodedError, isCodedError } from '@nemoclaw/plugin-api';
import type { RecoverInput } from '../../api/nemoclaw.ts';
import type { SandboxRecord } from '../../api/records.ts';
import { chooseProvider } from '../../providers/discover.ts';
import { providersAt } from '../../providers/records.ts';
import { hostEndpointOf } from '../host-endpoint.ts';
import type { OnboardTools } from '../onboard/tools.ts';

/** Failures by which a provider that has moved shows itself. */
const AWAY = new Set(['INFERENCE_UNREACHABLE', 'PROVIDER_DOWN', 'BRIDGE_BLOCKED']);

/** Where on this host the same model is served, at one of the addresses that local providers use; it is told, not taken. */
const servedElsewhere = async (
  tools: OnboardTools,
  { provider }: SandboxRecord,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const found = await chooseProvider({
    provider: 'auto',
    model: provider.model,
    records: providersAt(tools.services.config.providers),
    fetch,
    signal,
  }).catch(() => undefined);
  return found && found.model === provider.model && found.relayBaseUrl !== provider.endpoint
    ? found.hostBaseUrl
    : undefined;
};

/** A failure over a provider that is away says how a recover is told where it is now. */
export const withWayOut = async <T>(
  tools: OnboardTools,
  record: SandboxRecord,
  { endpoint, signal }: RecoverInput & { signal?: AbortSignal },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!isCodedError(error) || !AWAY.has(error.code) || endpoint !== undefined || signal?.aborted) throw error;
    const local = hostEndpointOf(record.provider) !== undefined;
    const elsewhere = local ? await servedElsewhere(tools, record, signal ?? AbortSignal.timeout(10_000)) : undefined;
    const command = `\`${tools.services.options.program} ${record.name} recover --endpoint ${elsewhere ?? '<URL>'}\``;
    const line = elsewhere
      ? `The model ${record.provider.model} is served at ${elsewhere}: if that is yours, ${command}.`
      : `If the provider has moved: ${command}.`;
    const { code, message, hint, details = {} } = error;
    const told = new CodedError(code, {
      message,
      hint: [hint, line].filter(Boolean).join('\n'),
      details,
      cause: error,
    });
    told.plugin = error.plugin;
    throw told;
  }
};
