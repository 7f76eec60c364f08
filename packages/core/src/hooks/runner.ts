import type {
  CodedError,
  ContainerSpec,
  Finding,
  JsonObject,
  OnFailureInput,
  PostReadyInput,
  PreCreateInput,
} from '@nemoclaw/plugin-api';
import { codedError, toCodedError } from '../errors/index.ts';
import type { HookRegistration } from '../plugins/index.ts';
import { callHook, type HookOptions } from './call-hook.ts';
import { withGuards } from './guards.ts';
import { applyPatch, type PatchedPlan } from './patch.ts';

export type { HookOptions } from './call-hook.ts';

export interface PreCreateOptions extends HookOptions {
  /** Who set what before the hooks. */
  provenance?: Record<string, string>;
  /** Throws when a patched plan makes no sense; called after each patch. */
  validatePlan?: (plan: ContainerSpec) => void | Promise<void>;
}

export interface AttributedFinding extends Finding {
  /** `name@version`. */
  plugin: string;
}

/** In order, each with the plan as the ones before left it; the first error or veto ends it. */
export const runPreCreate = (
  hooks: readonly HookRegistration<'pre-create'>[],
  input: PreCreateInput,
  options: PreCreateOptions,
): Promise<PatchedPlan> =>
  withGuards(hooks, options, async (guarded) => {
    let plan = structuredClone(input.plan);
    let provenance = { ...options.provenance };
    for (const hook of hooks) {
      const output = await callHook(hook, { ...input, plan }, guarded);
      if (output?.veto) {
        throw codedError('HOOK_VETO', {
          message: `Plugin ${hook.plugin} forbids this: ${output.veto.reason}`,
          ...(output.veto.hint === undefined ? {} : { hint: output.veto.hint }),
          details: { call: 'hook pre-create' },
          plugin: hook.plugin,
        });
      }
      if (output?.patch === undefined) continue;
      const patched = applyPatch(plan, output.patch, hook.plugin);
      await validate(patched.plan, hook.plugin, options);
      plan = patched.plan;
      provenance = { ...provenance, ...patched.provenance };
    }
    return { plan, provenance };
  });

const validate = async (plan: ContainerSpec, plugin: string, options: PreCreateOptions): Promise<void> => {
  try {
    await options.validatePlan?.(structuredClone(plan));
  } catch (cause) {
    throw codedError('PLAN_PATCH_REFUSED', {
      message: `The plan is not valid any more after the patch of plugin ${plugin}: ${toCodedError(cause).message}`,
      cause,
      plugin,
    });
  }
};

/** In order; a finding `fail` fails the operation once the plugin that found it has said all. */
export const runPostReady = (
  hooks: readonly HookRegistration<'post-ready'>[],
  input: PostReadyInput,
  options: HookOptions,
): Promise<{ findings: AttributedFinding[] }> =>
  withGuards(hooks, options, async (guarded) => {
    const findings: AttributedFinding[] = [];
    for (const hook of hooks) {
      const output = (await callHook(hook, input, guarded)) ?? [];
      findings.push(...output.map((finding) => ({ ...finding, plugin: hook.plugin })));
      const failed = output.find((finding) => finding.level === 'fail');
      if (failed) {
        throw codedError('HOOK_FINDING', {
          message: `Plugin ${hook.plugin}: ${failed.summary}`,
          ...(failed.remedy?.length ? { hint: failed.remedy.join('\n') } : {}),
          details: { call: 'hook post-ready', findings: findings as unknown as JsonObject[] },
          plugin: hook.plugin,
        });
      }
    }
    return { findings };
  });

/**
 * All of them in reverse order, each in a time box of its own. Never rejects: what goes wrong in here comes after the
 * error that it is about, as `errors`. `signal` cuts the rest short, e.g. when the budget for undoing is used up.
 */
export const runOnFailure = (
  hooks: readonly HookRegistration<'on-failure'>[],
  input: OnFailureInput,
  options: HookOptions,
): Promise<{ notes: string[]; errors: CodedError[] }> =>
  withGuards(hooks, options, async (guarded) => {
    const notes: string[] = [];
    const errors: CodedError[] = [];
    for (const hook of hooks.toReversed()) {
      try {
        const output = await callHook(hook, input, guarded);
        if (output?.note) notes.push(`${hook.plugin}: ${output.note}`);
      } catch (error) {
        errors.push(toCodedError(error));
      }
    }
    return { notes, errors };
  });
