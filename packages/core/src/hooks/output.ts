import type { HookName, HookTypes } from '@nemoclaw/plugin-api';
import { z } from 'zod';
import { codedError } from '../errors/index.ts';
import { oneLine, stripControl } from '../redaction/index.ts';
import { plainJson } from './plain-json.ts';

const clean = z.string().max(10_000).transform(stripControl);
const words = clean.refine((text) => text.trim() !== '', 'must not be empty');

const SCHEMAS = {
  // What is in a patch is a matter of its own: applyPatch.
  'pre-create': z.strictObject({
    patch: z.record(z.string(), z.unknown()).optional(),
    veto: z.strictObject({ reason: words, hint: clean.optional() }).optional(),
  }),
  'post-ready': z
    .array(
      z.strictObject({
        level: z.enum(['ok', 'warn', 'fail']),
        summary: words,
        evidence: z.record(z.string(), z.unknown()).optional(),
        remedy: z.array(clean).max(100).optional(),
      }),
    )
    .max(1000),
  'on-failure': z.strictObject({ note: clean.optional() }),
} satisfies Record<HookName, z.ZodType>;

const refuse = (plugin: string, hook: HookName, problem: string) =>
  codedError('HOOK_BAD_OUTPUT', {
    message: `Plugin ${plugin} returned something from hook ${hook} that it cannot: ${oneLine(problem)}.`,
    details: { call: `hook ${hook}` },
    plugin,
  });

/** Checks what a hook returned; a copy of plain JSON, so that the plugin cannot change it afterwards. */
export const readOutput = <H extends HookName>(hook: H, plugin: string, raw: unknown): HookTypes[H]['output'] => {
  if (raw === undefined) return undefined;
  let plain: unknown;
  try {
    plain = plainJson(raw);
  } catch (error) {
    throw refuse(plugin, hook, error instanceof Error ? error.message : String(error));
  }
  const result = SCHEMAS[hook].safeParse(plain);
  if (result.success) return result.data as HookTypes[H]['output'];
  const issue = result.error.issues[0];
  const place = issue?.path.join('.');
  throw refuse(plugin, hook, `${place ? `${place}: ` : ''}${issue?.message ?? 'not valid'}`);
};
