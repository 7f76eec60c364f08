import type { ClonedPlan, ContainerSpec, JsonObject, JsonValue, Mount } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';
import { type Difference, differences, endpointsOf, isSame } from './compare.ts';
import { createBody } from './create-body.ts';
import { HOST_FIELDS, UPDATABLE } from './host-fields.ts';

interface Plans {
  recorded: ContainerSpec;
  wanted: ContainerSpec;
}
type Fields = Record<string, unknown>;
type Verdict = { refuse: string } | 'carry';

const HOST = 'HostConfig.';

/** What becomes of a field that differs from what was recorded. */
const judge = ({ field, actual }: Difference): Verdict => {
  const key = field.startsWith(HOST) ? field.slice(HOST.length) : undefined;
  if (key === undefined)
    return field.startsWith('Networks.')
      ? 'carry'
      : { refuse: 'no container can be changed in this: it is not the one that was recorded' };
  if (key === 'AutoRemove')
    return { refuse: 'the engine would delete it when it is stopped, and nothing could be undone' };
  if (key === 'RestartPolicy')
    return ['no', 'unless-stopped'].includes((actual as { Name?: string }).Name || 'no')
      ? 'carry'
      : { refuse: 'under this policy an engine that comes back could start it beside its replacement' };
  return UPDATABLE.has(key)
    ? 'carry'
    : { refuse: 'it is not what was recorded, and a sandbox may not be made with it' };
};

const policyOf = (document: ContainerInspectInfo): ContainerSpec['restartPolicy'] =>
  document.HostConfig.RestartPolicy?.Name === 'unless-stopped' ? 'unless-stopped' : 'no';

/** Volumes that are mounted and stand in no plan: an image's own, which a create would make anew and empty. */
const unplannedVolumes = (document: ContainerInspectInfo, plan: ContainerSpec): Mount[] =>
  (document.Mounts ?? [])
    .flatMap((mount): Mount[] =>
      String(mount.Type) === 'volume' && mount.Name && !plan.mounts.some(({ target }) => target === mount.Destination)
        ? [{ type: 'volume', source: mount.Name, target: mount.Destination, readOnly: !mount.RW }]
        : [],
    )
    .sort((a, b) => (a.target < b.target ? -1 : 1));

/** A port that the engine chose stays the one that somebody may already use. */
const chosenPorts = (document: ContainerInspectInfo, plan: ContainerSpec): ContainerSpec['ports'] =>
  plan.ports.map((port) => {
    const bound = document.NetworkSettings.Ports?.[`${port.containerPort}/tcp`]?.[0]?.HostPort;
    return port.hostPort === 0 && bound ? { ...port, hostPort: Number(bound) } : port;
  });

const networksOf = (document: ContainerInspectInfo, plans: Plans, carried: string[]) => {
  const networks = [...plans.wanted.networks];
  const endpoints: Record<string, JsonObject> = { ...plans.wanted.carried?.endpoints };
  const known = (createBody(plans.recorded).NetworkingConfig.EndpointsConfig ?? {}) as Record<string, Fields>;
  for (const { name, id, fixed } of endpointsOf(document)) {
    if (['host', 'none'].includes(name)) continue;
    const key = [id, name].find((candidate) => candidate in known);
    const altered = differences(document, plans.recorded).some(({ field }) => field === `Networks.${name}`);
    if (key !== undefined && !altered) continue;
    if (key === undefined) networks.push({ network: id, aliases: [] });
    endpoints[key ?? id] = fixed as JsonObject;
    carried.push(`Networks.${name}`);
  }
  return { networks, endpoints };
};

/**
 * Pure: the plan of a replacement. What `docker update` and `docker network connect` changed since the create is carried,
 * unless the change itself is about the same field; what can't be carried is named. Fields of a newer engine are fed back
 * as they are.
 */
export const clonePlan = (document: ContainerInspectInfo, plans: Plans): ClonedPlan => {
  const { recorded, wanted } = plans;
  const before = createBody(recorded).HostConfig as unknown as Fields;
  const after = createBody(wanted).HostConfig as unknown as Fields;
  const actual = document.HostConfig as unknown as Fields;
  const carried: string[] = [];
  const refused: ClonedPlan['refused'] = [];
  const host: JsonObject = { ...wanted.carried?.host };
  let { restartPolicy } = wanted;

  for (const difference of differences(document, recorded)) {
    const verdict = judge(difference);
    if (typeof verdict === 'object') refused.push({ field: difference.field, reason: verdict.refuse });
    if (verdict !== 'carry' || !difference.field.startsWith(HOST)) continue;
    const key = difference.field.slice(HOST.length);
    if (key === 'RestartPolicy') restartPolicy = policyOf(document);
    // The change that is asked for goes before what was there.
    else if (isSame(key, before[key], after[key])) host[key] = difference.actual as JsonValue;
    else continue;
    carried.push(difference.field);
  }
  for (const [key, value] of Object.entries(actual)) if (!HOST_FIELDS.has(key)) host[key] = value as JsonValue;

  const { networks, endpoints } = networksOf(document, plans, carried);
  const volumes = unplannedVolumes(document, wanted);
  carried.push(...volumes.map(({ target }) => `Mounts.${target}`));
  return {
    plan: {
      ...wanted,
      restartPolicy,
      networks,
      mounts: [...wanted.mounts, ...volumes],
      ports: chosenPorts(document, wanted),
      ...(Object.keys(host).length + Object.keys(endpoints).length > 0 ? { carried: { host, endpoints } } : {}),
    },
    carried: carried.sort(),
    refused,
  };
};
