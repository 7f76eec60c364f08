import type { HelperResult } from '@nemoclaw/plugin-api';
import { type Dial, parseDials } from './dial-program.ts';
import type { BridgeCode } from './outcome.ts';

/** Either each endpoint was dialled, or one reason why none was. */
export type HelperVerdict =
  | { dialled: true; dials: Dial[] }
  | { dialled: false; code: Exclude<BridgeCode, 'ok' | 'tcp_failed' | 'bound_to_loopback'>; detail: string };

/** Pure. An exit or an answer that is not ours proves nothing about the network: `probe_unavailable`. */
export function judgeHelper(result: HelperResult, endpoints: number): HelperVerdict {
  switch (result.outcome) {
    case 'timed_out':
      return { dialled: false, code: 'probe_timeout', detail: 'the helper container did not end in time' };
    case 'not_started':
      switch (result.reason) {
        case 'network_not_found':
        case 'veth_unsupported':
        case 'engine_unreachable':
          return { dialled: false, code: result.reason, detail: result.message };
        case 'image_not_found':
        case 'other':
          return { dialled: false, code: 'probe_unavailable', detail: result.message };
      }
      return result.reason;
    case 'exited': {
      const dials = result.exitCode === 0 ? parseDials(result.stdout, endpoints) : undefined;
      if (dials) return { dialled: true, dials };
      const said = (result.stderr || result.stdout).slice(0, 300);
      return {
        dialled: false,
        code: 'probe_unavailable',
        detail: `the helper ended with ${result.exitCode}${said ? `: ${said}` : ''}`,
      };
    }
  }
}

const ENGINE_GONE = ['ENGINE_NOT_RUNNING', 'ENGINE_PERMISSION', 'ENGINE_UNREACHABLE'];

/** The same for a driver that threw: by the error's code, since the class may come from another copy of the API. */
export function judgeThrown(error: unknown): HelperVerdict {
  const code = (error as { code?: unknown } | null)?.code;
  return {
    dialled: false,
    code: ENGINE_GONE.includes(String(code)) ? 'engine_unreachable' : 'probe_unavailable',
    detail: error instanceof Error ? error.message : String(error),
  };
}
