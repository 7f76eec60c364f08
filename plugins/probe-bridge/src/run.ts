import {
  type HostEndpoint,
  type JsonObject,
  oneLine,
  PATHS,
  type ProbeContext,
  type ProbeResult,
  untilAborted,
} from '@nemoclaw/plugin-api';
import { DIAL_PROGRAM, type Dial, dialArguments } from './dial-program.ts';
import { hostView } from './host-view.ts';
import { type HostView, judgeEndpoint, type Verdict } from './judge-endpoint.ts';
import { type HelperVerdict, judgeHelper, judgeThrown } from './judge-helper.ts';
import { BRIDGE_OUTCOMES, type BridgeCode, worst } from './outcome.ts';
import { endpointRemedy, runRemedy } from './remedies.ts';
import { settings } from './settings.ts';

export const PROBE_ID = 'bridge';
/** nobody: the program needs no rights at all. */
const HELPER_USER = '65534:65534';

export function applies(context: ProbeContext): true | string {
  if (context.hostEndpoints.length === 0) return 'the sandbox needs nothing on this host';
  if (!context.egress) return 'there is no egress network yet';
  if (!context.runHelper || !context.helperImage) return 'there is no helper image yet';
  return true;
}

export async function run(context: ProbeContext, signal: AbortSignal): Promise<ProbeResult> {
  signal.throwIfAborted();
  const began = context.elapsed();
  const answer = await untilAborted(investigate(context, signal), signal);
  const { status, layer } = BRIDGE_OUTCOMES[answer.code];
  const { code, summary, remedy, evidence } = answer;
  return {
    probe: PROBE_ID,
    status,
    code,
    layer: answer.cause === 'name_unresolved' ? 'dns' : layer,
    ...(status === 'fail' ? { errorCode: errorCode(code) } : {}),
    summary: oneLine(summary),
    remedy: remedy.map((line) => oneLine(line)),
    evidence,
    elapsedMs: Math.max(0, context.elapsed() - began),
  };
}

/** An engine that does not answer is nobody's firewall. */
const errorCode = (code: BridgeCode): string => {
  if (code === 'bound_to_loopback') return 'BRIDGE_LOOPBACK';
  return code === 'engine_unreachable' ? 'ENGINE_NOT_RUNNING' : 'BRIDGE_BLOCKED';
};

interface Answer {
  code: BridgeCode;
  cause?: Verdict['cause'];
  summary: string;
  remedy: string[];
  evidence: JsonObject;
}

interface Judged {
  endpoint: HostEndpoint;
  dial: Dial;
  address: string;
  host: HostView;
  verdict: Verdict;
}

async function investigate(context: ProbeContext, signal: AbortSignal): Promise<Answer> {
  const { egress, hostEndpoints } = context;
  if (!egress) return unjudged('probe_unavailable', 'there is no egress network yet', 'nemoclaw-egress', {});
  const network: JsonObject = { network: egress.networkName, subnet: egress.subnet, gateway: egress.gateway };
  const helper = await dialFromBridge(context, egress, signal);
  if (!helper.dialled) return unjudged(helper.code, helper.detail, egress.networkName, network);

  const behindVm = (endpoint: HostEndpoint) => egress.extraHosts[endpoint.host] === 'host-gateway';
  const { connectMs } = settings(context.env);
  const judged = await Promise.all(
    hostEndpoints.map(async (endpoint, index): Promise<Judged> => {
      const dial = helper.dials[index]!;
      const address = dial.address ?? egress.gateway;
      const host = await hostView(context, endpoint.port, dial, {
        behindVm: behindVm(endpoint),
        address,
        timeoutMs: connectMs,
      });
      return { endpoint, dial, address, host, verdict: judgeEndpoint(dial.outcome, host) };
    }),
  );

  const code = worst(judged.map(({ verdict }) => verdict.code));
  const worstOff = judged.find(({ verdict }) => verdict.code === code)!;
  const remedy = judged.flatMap(({ endpoint, address, host, verdict }) =>
    endpointRemedy({
      verdict,
      endpoint,
      address,
      egress,
      behindVm: behindVm(endpoint),
      alsoLoopbackOnly: host.loopback === 'open' && host.gateway === 'refused',
    }),
  );
  return {
    code,
    cause: worstOff.verdict.cause,
    summary: judged.map((one) => sentence(one, egress.networkName)).join('; '),
    remedy: [...new Set(remedy)],
    evidence: {
      ...network,
      endpoints: judged.map(({ endpoint, dial, address, host, verdict }) => ({
        ...endpoint,
        ...verdict,
        address,
        container: dial.outcome,
        detail: dial.detail,
        hostLoopback: host.loopback,
        hostAddress: host.gateway,
      })),
    },
  };
}

async function dialFromBridge(
  context: ProbeContext,
  egress: NonNullable<ProbeContext['egress']>,
  signal: AbortSignal,
): Promise<HelperVerdict> {
  if (!context.runHelper)
    return { dialled: false, code: 'probe_unavailable', detail: 'there is no helper image to run it in' };
  const { connectMs, helperMs } = settings(context.env);
  try {
    const result = await context.runHelper(
      {
        argv: [PATHS.node, '-e', DIAL_PROGRAM, '--', dialArguments(context.hostEndpoints, connectMs)],
        user: HELPER_USER,
        network: egress.networkId,
        extraHosts: egress.extraHosts,
        timeoutMs: helperMs,
      },
      signal,
    );
    return judgeHelper(result, context.hostEndpoints.length);
  } catch (error) {
    signal.throwIfAborted();
    return judgeThrown(error);
  }
}

const unjudged = (
  code: Parameters<typeof runRemedy>[0],
  detail: string,
  networkName: string,
  evidence: JsonObject,
): Answer => ({
  code,
  summary: `${UNJUDGED[code]}: ${detail}`,
  remedy: runRemedy(code, networkName),
  evidence: { ...evidence, detail: oneLine(detail) },
});

const UNJUDGED: Record<Parameters<typeof runRemedy>[0], string> = {
  network_not_found: 'the egress network does not exist',
  probe_unavailable: 'the egress network could not be tested',
  probe_timeout: 'the egress network could not be tested in time',
  veth_unsupported: "the kernel can't attach containers to a bridge network",
  engine_unreachable: 'the engine does not answer',
};

function sentence({ endpoint, dial, address, verdict }: Judged, networkName: string): string {
  const where = `${endpoint.host}:${endpoint.port} (${endpoint.purpose})`;
  switch (verdict.cause) {
    case 'reached':
      return `${where} answers from ${networkName}`;
    case 'filtered':
      return `${where} does not answer from ${networkName}: a firewall drops it before ${address}`;
    case 'rejected':
      return `${where} is refused to ${networkName} by a firewall (${dial.detail})`;
    case 'loopback_only':
      return `${where} listens on this host's loopback only, out of reach of ${networkName}`;
    case 'nothing_listens':
      return `${where}: nothing listens there`;
    case 'name_unresolved':
      return `${where}: the name does not resolve on ${networkName} (${dial.detail})`;
    case 'not_dialled':
      return `${where} could not be tried (${dial.detail})`;
  }
}
