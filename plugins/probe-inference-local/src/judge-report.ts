import { oneLine, type ProbeLayer } from '@nemoclaw/plugin-api';
import type { InferenceCode } from './outcome.ts';
import type { Phase, RequestReport } from './request-program.ts';

export interface Verdict {
  code: InferenceCode;
  layer: ProbeLayer;
  /** Half a sentence: what was seen. */
  detail: string;
}

const LAYER: Record<Phase, ProbeLayer> = { ca: 'tls', dns: 'dns', tcp: 'tcp', tls: 'tls', http: 'http' };

/** Pure: what the request found, before it is known whether it ran in the right place. */
export function judgeReport(report: RequestReport): Verdict {
  switch (report.outcome) {
    case 'answered':
      return judgeStatus(report.status, report.head);
    case 'timed_out':
      return { code: 'timeout', layer: LAYER[report.phase], detail: `no answer in time (${WAITING[report.phase]})` };
    case 'failed':
      return judgeFailure(report.phase, `${oneLine(report.error, 60)}: ${oneLine(report.message, 200)}`);
  }
}

const WAITING: Record<Phase, string> = {
  ca: 'while reading the certificate authority',
  dns: 'while resolving the name',
  tcp: 'while connecting',
  tls: 'while agreeing on TLS',
  http: 'while waiting for the answer',
};

function judgeStatus(status: number, head: string): Verdict {
  const said = oneLine(head, 160);
  const detail = `answered ${status}${status >= 300 && said ? `: ${said}` : ''}`;
  if (status >= 200 && status < 300) return { code: 'ok', layer: 'http', detail };
  if (status === 401 || status === 403) return { code: 'unauthorized', layer: 'policy', detail };
  if (status === 404) return { code: 'not_found', layer: 'http', detail };
  if (status >= 500) return { code: 'server_error', layer: 'model', detail };
  return { code: 'client_error', layer: 'http', detail };
}

function judgeFailure(phase: Phase, detail: string): Verdict {
  switch (phase) {
    case 'dns':
      return { code: 'dns_failed', layer: 'dns', detail };
    case 'tcp':
      return { code: 'refused', layer: 'tcp', detail };
    case 'ca':
    case 'tls':
      return { code: 'tls_failed', layer: 'tls', detail };
    case 'http':
      return { code: 'refused', layer: 'http', detail: `the connection was closed without an answer (${detail})` };
  }
}
