import type { ClonedPlan, ContainerSpec, JsonObject, JsonValue, Mount } from '@nemoclaw/plugin-api';
import type { ContainerInspectInfo } from 'dockerode';
import { differences, endpointsOf } from './compare.ts';
import { CONFIG_FIELDS } from './compare-config.ts';
import { createBody } from './create-body.ts';
import { ENGINE_CHOSEN, HOST_FIELDS } from './host-fields.ts';
import { judge } from './judge.ts';
import { type Difference, type Fields, isSame } from './same.ts';

export interface Plans {
  recorded: ContainerSpec;
  wanted: ContainerSpec;
}

const HOST = 'HostConfig.';
const CONFIG = 'Config.';

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

const networksOf = (document: ContainerInspectInfo, plans: Plans, altered: Difference[], carried: string[]) => {
  const networks = [...plans.wanted.networks];
  const endpoints: Record<string, JsonObject> = { ...plans.wanted.carried?.endpoints };
  const known = (createBody(plans.recorded).NetworkingConfig.EndpointsConfig ?? {}) as Record<string, Fields>;
  for (const { name, id, fixed } of endpointsOf(document)) {
    if (['host', 'none'].includes(name)) continue;
    const key = [id, name].find((candidate) => candidate in known);
    if (key !== undefined && !altered.some(({ field }) => field === `Networks.${name}`)) continue;
    if (key === undefined) networks.push({ network: id, aliases: [] });
    endpoints[key ?? id] = fixed as JsonObject;
    carried.push(`Networks.${name}`);
  }
  return { networks, endpoints };
};

const bareHost = ({ carried: _carried, ...plan }: ContainerSpec): Fields =>
  createBody(plan).HostConfig as unknown as Fields;

/** Goes into what `carried.config` has; variables and labels stand beside those of the plan. */
const carryConfig = (config: JsonObject, field: string, actual: unknown): void => {
  const [key = '', ...rest] = field.slice(CONFIG.length).split('.');
  if (key === 'Env') config.Env = [...((config.Env as string[] | undefined) ?? []), actual as string];
  else if (key === 'Labels')
    config.Labels = { ...(config.Labels as JsonObject | undefined), [rest.join('.')]: actual as string };
  else config[key] = actual as JsonValue;
};

/**
 * Pure: the plan of a replacement. Whatever the container has beside its recorded plan is carried, unless the change itself
 * is about the same field; what would break a wall of the sandbox, or can't be had twice, is named. Fields of a newer engine
 * are fed back as they are. `ofImage` is the Config of its image.
 */
export const clonePlan = (document: ContainerInspectInfo, plans: Plans, ofImage?: Fields): ClonedPlan => {
  const { recorded, wanted } = plans;
  const [before, after] = [bareHost(recorded), bareHost(wanted)];
  const isAsked = (key: string): boolean => !isSame(key, before[key], after[key]);
  const actual = document.HostConfig as unknown as Fields;
  const carried: string[] = [];
  const refused: ClonedPlan['refused'] = [];
  // What an earlier replacement carried gives way to a change that is about it.
  const host: JsonObject = Object.fromEntries(
    Object.entries(wanted.carried?.host ?? {}).filter(([key]) => !isAsked(key)),
  );
  const config: JsonObject = { ...wanted.carried?.config };
  let { restartPolicy } = wanted;

  const altered = differences(document, recorded, ofImage);
  for (const difference of altered) {
    const { field } = difference;
    const verdict = judge(difference);
    if (verdict !== 'carry') {
      refused.push({ field, reason: verdict.refuse });
      continue;
    }
    if (field.startsWith('Networks.')) continue;
    if (field.startsWith(CONFIG)) carryConfig(config, field, difference.actual);
    else {
      const key = field.slice(HOST.length);
      if (key === 'RestartPolicy') restartPolicy = policyOf(document);
      // Volumes are mounted by name below, however they came there.
      else if (key === 'Binds' || key === 'Mounts') continue;
      else if (isAsked(key)) continue;
      else host[key] = difference.actual as JsonValue;
    }
    carried.push(field);
  }
  for (const key of ENGINE_CHOSEN)
    if (!(key in before) && !(key in after) && actual[key]) host[key] = actual[key] as JsonValue;
  for (const [key, value] of Object.entries(actual)) if (!HOST_FIELDS.has(key)) host[key] = value as JsonValue;
  for (const [key, value] of Object.entries(document.Config))
    if (!CONFIG_FIELDS.has(key)) config[key] = value as unknown as JsonValue;

  const { networks, endpoints } = networksOf(document, plans, altered, carried);
  const volumes = unplannedVolumes(document, wanted);
  carried.push(...volumes.map(({ target }) => `Mounts.${target}`));
  return {
    plan: {
      ...wanted,
      restartPolicy,
      networks,
      mounts: [...wanted.mounts, ...volumes],
      ports: chosenPorts(document, wanted),
      carried: { host, config, endpoints },
    },
    carried: carried.sort(),
    refused,
  };
};
