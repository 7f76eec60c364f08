import type { RestartReport } from '@nemoclaw/core';
import { oneLine } from '@nemoclaw/core/text';
import type { SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import { duration, seconds } from './age.ts';
import { facts } from './table.ts';

export function renderRestart(report: RestartReport): string {
  const killed = report.killed ? ', killed after its drain budget' : '';
  const before = report.before === undefined ? 'no gateway ran' : `pid ${report.before.pid}`;
  return `${facts([
    ['gateway', `${before} → pid ${report.after.pid} (${report.method})`],
    ['stop', `${seconds(report.stopMs)}${killed}`],
    ['start', `${seconds(report.startMs)}, then healthy for ${seconds(report.settledMs)}`],
    ['ingress', `${report.ingress.status} from ${report.ingress.url} in ${duration(report.ingress.elapsedMs)}`],
    ['held', `${report.heldRequests} requests waited at ingress`],
  ])}\n`;
}

export function renderGatewayStatus(status: SupervisorStatus): string {
  const { gateway, lastExit, frontDoor } = status;
  const healthy = status.healthyMsAgo === undefined ? 'never' : `${duration(status.healthyMsAgo)} ago`;
  const exit =
    lastExit &&
    `code ${lastExit.code ?? 'none'}, signal ${lastExit.signal ?? 'none'}${lastExit.expected ? '' : ', unexpected'}`;
  return `${facts([
    ['gateway', `${status.state}: ${oneLine(status.reason)}`],
    ['agent', `${status.agent} ${status.agentVersion}`],
    ['process', gateway === undefined ? 'none' : `pid ${gateway.pid}, up ${duration(gateway.upMs)}`],
    ['healthy', healthy],
    ['restarts', String(status.restarts)],
    ...(exit === undefined ? [] : [['last exit', exit] as const]),
    [
      'front door',
      `port ${frontDoor.port}: ${frontDoor.passed} passed, ${frontDoor.held} held, ${frontDoor.refused} refused`,
    ],
    ...status.lastLines.map((line) => ['  |', oneLine(line)] as const),
  ])}\n`;
}
