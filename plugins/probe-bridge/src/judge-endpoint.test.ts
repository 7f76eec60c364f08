import { describe, expect, it } from 'vitest';
import { DIAL_OUTCOMES, type DialOutcome } from './dial-program.ts';
import { judgeEndpoint, type Reach } from './judge-endpoint.ts';

const REACHES: Reach[] = ['open', 'refused', 'timeout', 'error', 'not_asked'];

/** Every combination is written down once: dial outcome, then rows by loopback, columns by gateway (order of REACHES). */
const TABLE: Record<DialOutcome, string[][]> = {
  connected: REACHES.map(() => REACHES.map(() => 'ok reached')),
  unresolved: REACHES.map(() => REACHES.map(() => 'probe_unavailable name_unresolved')),
  error: REACHES.map(() => REACHES.map(() => 'probe_unavailable not_dialled')),
  timeout: REACHES.map(() => REACHES.map(() => 'tcp_failed filtered')),
  unreachable: REACHES.map(() => REACHES.map(() => 'tcp_failed rejected')),
  refused: [
    ['tcp_failed rejected', ...Array(4).fill('bound_to_loopback loopback_only')],
    ['tcp_failed rejected', ...Array(4).fill('tcp_failed nothing_listens')],
    ['tcp_failed rejected', ...Array(4).fill('tcp_failed nothing_listens')],
    ['tcp_failed rejected', ...Array(4).fill('tcp_failed nothing_listens')],
    ['tcp_failed rejected', ...Array(4).fill('tcp_failed nothing_listens')],
  ],
};

describe('judging an endpoint', () => {
  for (const dial of DIAL_OUTCOMES) {
    for (const [row, loopback] of REACHES.entries()) {
      for (const [column, gateway] of REACHES.entries()) {
        const expected = TABLE[dial][row]?.[column];
        it(`${dial}, loopback ${loopback}, gateway ${gateway} → ${expected}`, () => {
          const { code, cause } = judgeEndpoint(dial, { loopback, gateway });
          expect(`${code} ${cause}`).toBe(expected);
        });
      }
    }
  }
});
