import type { ContributionKind, HookName } from '@nemoclaw/plugin-api';
import { z } from 'zod';
import { issueWords } from '../errors/index.ts';
import { checkApi } from './compatibility.ts';
import type { Diagnosis } from './types.ts';

export const HOOK_NAMES = ['pre-create', 'post-ready', 'on-failure'] as const satisfies HookName[];
export const CONTRIBUTION_KINDS = ['driver', 'agent', 'gpu', 'probe'] as const satisfies ContributionKind[];

/** Time boxes in ms. A command that was interrupted has 30 s for all of its undoing, so `on-failure` gets less. */
export const HOOK_BOUNDS: Record<HookName, { standard: number; max: number }> = {
  'pre-create': { standard: 10_000, max: 60_000 },
  'post-ready': { standard: 30_000, max: 300_000 },
  'on-failure': { standard: 10_000, max: 25_000 },
};
const MIN_HOOK_MS = 50;
export const STANDARD_ORDER = 100;

/** What is read of a package.json, with every default in place. */
export interface PackageManifest {
  name: string;
  version: string;
  api: string;
  contributes: { kind: ContributionKind; id: string; module: string }[];
  hooks: { hook: HookName; module: string; order: number; timeoutMs: number }[];
}

export type ManifestResult =
  | { ok: true; manifest: PackageManifest }
  | { ok: false; name?: string; version?: string; api?: string; problem: Exclude<Diagnosis, { diagnosis: 'ok' }> };

const outer = z.object({
  name: z
    .string()
    .regex(/^(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+$/, 'is not the name of a package')
    .max(214),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/, 'is not a version')
    .max(100),
  nemoclaw: z.object({ api: z.string().regex(/^\d{1,4}\.\d{1,4}$/, 'must be major.minor, like "1.0"') }),
});

const LEAVES = 'must stay inside the package';
const modulePath = z
  .string()
  .max(500)
  .regex(/^(?!(?:.*[\\/])?\.\.(?:[\\/]|$))/, LEAVES)
  .regex(/^\.\/[^\0\\]+$/, 'must begin with ./ and name a file');
const contribution = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and dashes'),
  module: modulePath,
});
const hookSettings = (hook: HookName) =>
  z
    .strictObject({
      order: z.int().min(-1000).max(1000).optional(),
      timeoutMs: z.int().min(MIN_HOOK_MS).max(HOOK_BOUNDS[hook].max).optional(),
    })
    .optional();
const inner = z.strictObject({
  api: z.string(),
  contributes: z
    .strictObject({
      driver: z.array(contribution).optional(),
      agent: z.array(contribution).optional(),
      gpu: z.array(contribution).optional(),
      probe: z.array(contribution).optional(),
    })
    .optional(),
  hooks: z
    .strictObject({
      'pre-create': hookSettings('pre-create'),
      'post-ready': hookSettings('post-ready'),
      'on-failure': hookSettings('on-failure'),
    })
    .optional(),
});

/** As oclif has it: one path, or several, or `{target}`. */
const oclifHook = z.union([modulePath, z.object({ target: modulePath })]);
const oclifHooks = z.record(z.string(), z.union([oclifHook, z.array(oclifHook)]));

const invalid = (reason: string): Exclude<Diagnosis, { diagnosis: 'ok' }> => ({
  diagnosis: 'invalid',
  code: 'PLUGIN_MANIFEST_INVALID',
  reason,
  fix: 'Its author must correct the package.json; docs/write-a-plugin.md shows a complete one.',
});

const firstIssue = (error: z.ZodError, prefix: string[] = []): string => {
  const issue = error.issues[0];
  if (!issue) return 'package.json is not valid.';
  return `package.json: ${[...prefix, ...issue.path].join('.') || 'the document'}: ${issueWords(issue)}.`;
};

/** A path that leaves the package is refused by a name of its own: it is seldom a typing error. */
const refusal = (error: z.ZodError, prefix: string[]): Exclude<Diagnosis, { diagnosis: 'ok' }> => {
  const problem = invalid(firstIssue(error, prefix));
  if (error.issues[0]?.message !== LEAVES) return problem;
  return {
    ...problem,
    code: 'PLUGIN_MODULE_OUTSIDE',
    fix: 'Its author must keep every module inside the package that names it.',
  };
};

const textOf = (document: unknown, key: string): string | undefined => {
  const value = (document as Record<string, unknown> | null)?.[key];
  return typeof value === 'string' ? value.slice(0, 214) : undefined;
};

/**
 * Reads a plugin's package.json without importing anything. The version of the API is looked at before the rest, since
 * a newer one may have keys that this program does not know.
 */
export const readManifest = (text: string, options: { allowOtherHooks: boolean }): ManifestResult => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, problem: invalid('package.json is not JSON.') };
  }
  const head = outer.safeParse(document);
  const known = { name: textOf(document, 'name'), version: textOf(document, 'version') };
  const refuse = (problem: Exclude<Diagnosis, { diagnosis: 'ok' }>, api?: string): ManifestResult => ({
    ok: false,
    ...(known.name === undefined ? {} : { name: known.name }),
    ...(known.version === undefined ? {} : { version: known.version }),
    ...(api === undefined ? {} : { api }),
    problem,
  });
  if (!head.success) return refuse(invalid(firstIssue(head.error)));
  const { name, version, nemoclaw } = head.data;
  const compatible = checkApi(nemoclaw.api);
  if (compatible.diagnosis !== 'ok') return refuse(compatible, nemoclaw.api);

  const own = inner.safeParse((document as { nemoclaw: unknown }).nemoclaw);
  if (!own.success) return refuse(refusal(own.error, ['nemoclaw']), nemoclaw.api);
  const declared = oclifHooks.safeParse((document as { oclif?: { hooks?: unknown } }).oclif?.hooks ?? {});
  if (!declared.success) return refuse(refusal(declared.error, ['oclif', 'hooks']), nemoclaw.api);

  const other = Object.keys(declared.data).find((hook) => !HOOK_NAMES.includes(hook as HookName));
  if (other !== undefined && !options.allowOtherHooks) {
    return refuse(
      {
        diagnosis: 'invalid',
        code: 'PLUGIN_HOOK_REFUSED',
        reason: `package.json: oclif.hooks.${other}: a plugin may have ${HOOK_NAMES.join(', ')} only.`,
        fix: 'Its author must take that hook away; it would run in every command.',
      },
      nemoclaw.api,
    );
  }
  const unbound = HOOK_NAMES.find((hook) => own.data.hooks?.[hook] !== undefined && declared.data[hook] === undefined);
  if (unbound !== undefined) {
    return refuse(
      invalid(`package.json: nemoclaw.hooks.${unbound} is set, but oclif.hooks.${unbound} names no file.`),
      nemoclaw.api,
    );
  }

  const hooks = HOOK_NAMES.flatMap((hook) =>
    [declared.data[hook] ?? []].flat().map((entry) => ({
      hook,
      module: typeof entry === 'string' ? entry : entry.target,
      order: own.data.hooks?.[hook]?.order ?? STANDARD_ORDER,
      timeoutMs: own.data.hooks?.[hook]?.timeoutMs ?? HOOK_BOUNDS[hook].standard,
    })),
  );
  const contributes = CONTRIBUTION_KINDS.flatMap((kind) =>
    (own.data.contributes?.[kind] ?? []).map((entry) => ({ kind, ...entry })),
  );
  return { ok: true, manifest: { name, version, api: nemoclaw.api, contributes, hooks } };
};
