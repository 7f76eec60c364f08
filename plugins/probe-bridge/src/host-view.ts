import type { ProbeContext } from '@nemoclaw/plugin-api';
import type { Dial } from './dial-program.ts';
import type { HostView } from './judge-endpoint.ts';

/**
 * The port as the host itself sees it. Asked only where the container failed: it costs nothing when all is well.
 * Some servers bind `::1` alone, so the loopback is asked in both families.
 */
export async function hostView(
  context: Pick<ProbeContext, 'connectFromHost'>,
  port: number,
  dial: Dial,
  options: { behindVm: boolean; address: string; timeoutMs: number },
): Promise<HostView> {
  if (dial.outcome === 'connected' || dial.outcome === 'unresolved' || dial.outcome === 'error')
    return { loopback: 'not_asked', gateway: 'not_asked' };
  const [v4, v6, gateway] = await Promise.all([
    context.connectFromHost('127.0.0.1', port, options.timeoutMs),
    context.connectFromHost('::1', port, options.timeoutMs),
    options.behindVm ? ('not_asked' as const) : context.connectFromHost(options.address, port, options.timeoutMs),
  ]);
  return { loopback: v4 !== 'open' && v6 === 'open' ? 'open' : v4, gateway };
}
