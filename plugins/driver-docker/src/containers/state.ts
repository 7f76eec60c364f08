import type { ContainerPhase, ContainerState } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';

const PHASES: readonly ContainerPhase[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

const phaseOf = (status: string): ContainerPhase => {
  const phase = PHASES.find((candidate) => candidate === status);
  if (!phase)
    throw new Error(`the engine reports a container status that is not known here: ${JSON.stringify(status)}`);
  return phase;
};

/** Pure: the engine's document as the contract's state. */
export const containerState = (document: ContainerInspectInfo): ContainerState => ({
  id: document.Id,
  name: document.Name.replace(/^\//, ''),
  labels: document.Config.Labels ?? {},
  imageId: document.Image,
  phase: phaseOf(document.State.Status),
  pid: document.State.Pid,
  exitCode: document.State.ExitCode,
  error: document.State.Error,
  oomKilled: document.State.OOMKilled,
  startedAt: document.State.StartedAt,
  finishedAt: document.State.FinishedAt,
  restartCount: document.RestartCount,
  restartPolicy: document.HostConfig.RestartPolicy?.Name || 'no',
  networks: Object.entries(document.NetworkSettings.Networks ?? {}).map(([name, endpoint]) => ({
    id: endpoint.NetworkID,
    name,
    ipv4: endpoint.IPAddress ?? '',
    aliases: endpoint.Aliases ?? [],
  })),
  ports: publishedPorts(document),
  networkMode: document.HostConfig.NetworkMode ?? '',
  mounts: [
    ...(document.Mounts ?? []).map((mount) => ({
      type: String(mount.Type ?? ''),
      name: mount.Name ?? '',
      target: mount.Destination,
      readOnly: !mount.RW,
    })),
    ...Object.keys((document.HostConfig.Tmpfs as Record<string, string> | undefined) ?? {}).map((target) => ({
      type: 'tmpfs',
      name: '',
      target,
      readOnly: false,
    })),
    // The engine lists mounts in random order.
  ].sort((a, b) => (a.target < b.target ? -1 : 1)),
});

const publishedPorts = (document: ContainerInspectInfo): Record<number, number> => {
  const ports: Record<number, number> = {};
  for (const [key, bindings] of Object.entries(document.NetworkSettings.Ports ?? {})) {
    const local = bindings?.find((binding) => binding.HostIp === '127.0.0.1') ?? bindings?.[0];
    if (local) ports[Number.parseInt(key, 10)] = Number(local.HostPort);
  }
  return ports;
};
