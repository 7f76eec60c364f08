import type { ContainerSpec, Device, Mount, PlanPatch } from '@nemoclaw/plugin-api';
import { codedError } from '../errors/index.ts';
import { oneLine } from '../redaction/index.ts';
import { refuseDevice, refuseEnv, refuseGroup, refuseLabel, refuseTarget, refuseVolume } from './patch-rules.ts';
import { patchSchema } from './patch-schema.ts';
import { plainJson } from './plain-json.ts';

export interface PatchedPlan {
  plan: ContainerSpec;
  /** Field (`env.NAME`, `limits.pids`, `devices./dev/nvidia0`, `runtime`) → the plugin that set it. */
  provenance: Record<string, string>;
}

const refuse = (plugin: string, field: string, reason: string) =>
  codedError('PLAN_PATCH_REFUSED', {
    message: `Plugin ${plugin} may not set ${oneLine(field, 200)}: ${oneLine(reason)}.`,
    details: { field: oneLine(field, 200) },
    plugin,
  });

const parse = (patch: unknown, plugin: string): PlanPatch => {
  let plain: unknown;
  try {
    plain = plainJson(patch);
  } catch (error) {
    throw refuse(plugin, 'the patch', error instanceof Error ? error.message : String(error));
  }
  const result = patchSchema.safeParse(plain);
  if (result.success) return result.data as PlanPatch;
  const issue = result.error.issues[0];
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...(issue?.path ?? []), ...keys.slice(0, 1)].join('.') || 'the patch';
  throw refuse(plugin, field, keys.length > 0 ? 'no plugin may change this' : (issue?.message ?? 'it is not valid'));
};

type Check = [field: string, refusal: string | undefined];

const TAKEN = 'something else has this place already';

/** In place of what is there, or above or below it; the very same again is none. */
const collides = (mount: Mount, there: Mount): boolean => {
  const [a, b] = [mount.target, there.target];
  if (a === b) return JSON.stringify(mount) !== JSON.stringify(there);
  return a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
};

const checkDevice = (device: Device, others: Device[]): string | undefined =>
  refuseDevice(device.pathOnHost) ??
  refuseDevice(device.pathInContainer) ??
  (others.some((there) => there.pathInContainer === device.pathInContainer && there.pathOnHost !== device.pathOnHost)
    ? TAKEN
    : undefined);

const checkMount = (mount: Mount, others: Mount[], plugin: string): string | undefined =>
  mount.type === 'volume'
    ? (refuseVolume(mount.source, plugin) ??
      refuseTarget(mount.target) ??
      (others.some((there) => collides(mount, there)) ? TAKEN : undefined))
    : 'only volumes';

/** Looks at all of it before anything is applied; `undefined` when all of it is allowed. */
const firstRefusal = (
  plan: ContainerSpec,
  patch: PlanPatch,
  plugin: string,
): [field: string, reason: string] | undefined => {
  const { env = {}, labels = {}, groups = [], devices = [], mounts = [] } = patch;
  const checks: Check[] = [
    ...Object.keys(env).map((name): Check => [`env.${name}`, refuseEnv(name)]),
    ...Object.keys(labels).map((name): Check => [`labels.${name}`, refuseLabel(name)]),
    ...groups.map((gid): Check => [`groups.${gid}`, refuseGroup(gid)]),
    ...devices.map(
      (device, index): Check => [
        `devices.${device.pathInContainer}`,
        checkDevice(device, [...plan.devices, ...devices.slice(0, index)]),
      ],
    ),
    ...mounts.map(
      (mount, index): Check => [
        `mounts.${mount.target}`,
        checkMount(mount, [...plan.mounts, ...mounts.slice(0, index)], plugin),
      ],
    ),
  ];
  const [field, reason] = checks.find(([, refusal]) => refusal !== undefined) ?? [];
  return field !== undefined && reason !== undefined ? [field, reason] : undefined;
};

const byKey = <T>(there: T[], more: T[], key: (item: T) => string): T[] => [
  ...new Map([...there, ...more].map((item) => [key(item), item])).values(),
];

/**
 * Pure: the plan with a plugin's patch, and which fields the plugin set. Throws PLAN_PATCH_REFUSED for anything outside of
 * the allow-list; then nothing of the patch counts.
 */
export const applyPatch = (plan: ContainerSpec, input: PlanPatch, plugin: string): PatchedPlan => {
  const patch = parse(input, plugin);
  const refusal = firstRefusal(plan, patch, plugin);
  if (refusal) throw refuse(plugin, ...refusal);

  const fields = [
    ...Object.keys(patch.env ?? {}).map((name) => `env.${name}`),
    ...Object.keys(patch.labels ?? {}).map((name) => `labels.${name}`),
    ...Object.keys(patch.limits ?? {}).map((name) => `limits.${name}`),
    ...(patch.devices ?? []).map((device) => `devices.${device.pathInContainer}`),
    ...(patch.deviceRequests ?? []).map((request) => `deviceRequests.${request.driver || 'default'}`),
    ...(patch.runtime === undefined ? [] : ['runtime']),
    ...(patch.groups ?? []).map((gid) => `groups.${gid}`),
    ...(patch.mounts ?? []).map((mount) => `mounts.${mount.target}`),
  ];
  const merged: ContainerSpec = {
    ...plan,
    env: { ...plan.env, ...patch.env },
    labels: { ...plan.labels, ...patch.labels },
    limits: { ...plan.limits, ...patch.limits },
    devices: byKey(plan.devices, patch.devices ?? [], (device) => device.pathInContainer),
    deviceRequests: byKey(plan.deviceRequests, patch.deviceRequests ?? [], (request) => JSON.stringify(request)),
    ...(patch.runtime === undefined ? {} : { runtime: patch.runtime }),
    groups: [...new Set([...plan.groups, ...(patch.groups ?? [])])].sort((a, b) => a - b),
    mounts: byKey(plan.mounts, patch.mounts ?? [], (mount) => mount.target),
  };
  return { plan: structuredClone(merged), provenance: Object.fromEntries(fields.map((field) => [field, plugin])) };
};
