import type { AgentConfigInput, JsonObject } from '@nemoclaw/plugin-api';
import { PATHS } from '@nemoclaw/plugin-api';
import { GATEWAY_PORT } from '../gateway.ts';
import { TOOLS_FOLDER, TOOLS_KEY, TOOLS_PORT, TOOLS_USER } from '../tools/tools-host.ts';
import { profileSettings } from './profiles.ts';

/** Hermes does not begin an answer with less configured, whatever the model really has. */
const LEAST_CONTEXT = 64_000;

/** Seconds that a running answer gets to end after the stop signal; Hermes then interrupts it. */
export const DRAIN_SECONDS = 15;

/**
 * The most that one answer may take: what the profile asks for, but never more than a quarter of the context, so that
 * history keeps its place. Without it Hermes asks for 65,536 tokens, which a small model's server refuses.
 */
export const answerBudget = (contextTokens: number, answerTokens: number): number =>
  Math.max(256, Math.min(answerTokens, Math.floor(contextTokens / 4)));

/**
 * Toolsets that work in `separate` isolation: the terminal, which goes to the tools' sshd, and what keeps to Hermes' own
 * records. The others act on files in the gateway's own process; the terminal does all that they do.
 */
const OUTSIDE: ReadonlySet<string> = new Set(['terminal', 'todo', 'memory', 'session_search']);

const terminal = (isolation: AgentConfigInput['isolation']): JsonObject => {
  switch (isolation) {
    case 'shared':
      return { backend: 'local', cwd: PATHS.workspace };
    case 'separate':
      return {
        backend: 'ssh',
        cwd: `~/${TOOLS_FOLDER}`,
        ssh_host: '127.0.0.1',
        ssh_port: TOOLS_PORT,
        ssh_user: TOOLS_USER,
        ssh_key: TOOLS_KEY,
      };
  }
};

/** The sealed `config.yaml`, as JSON, which is YAML. It holds no secret: the relay drops `api_key` and puts the real one in. */
export function configYaml({ model, profile, isolation }: AgentConfigInput): JsonObject {
  const { toolsets, agent, memory } = profileSettings(profile.id);
  return {
    model: {
      provider: 'custom',
      default: model.id,
      base_url: model.baseUrl,
      api_key: 'unused',
      context_length: Math.max(LEAST_CONTEXT, model.contextTokens),
      max_tokens: answerBudget(model.contextTokens, profile.answerTokens),
    },
    platforms: { api_server: { enabled: true, extra: { host: '127.0.0.1', port: GATEWAY_PORT } } },
    platform_toolsets: { api_server: toolsets.filter((toolset) => isolation === 'shared' || OUTSIDE.has(toolset)) },
    agent: {
      restart_drain_timeout: DRAIN_SECONDS,
      // Looks for Python package managers, which have no network here.
      environment_probe: false,
      ...agent,
      // It runs git in its working directory.
      ...(isolation === 'separate' ? { coding_context: 'off' } : {}),
    },
    memory: { memory_enabled: memory, user_profile_enabled: memory },
    terminal: terminal(isolation),
    // Copies of the working directory, made by the gateway.
    checkpoints: { enabled: false },
    // Turns that nobody asked for, on somebody's bill.
    kanban: { dispatch_in_gateway: false },
    curator: { enabled: false },
    model_catalog: { enabled: false },
    // The image is root's and read-only; a new version is a new image, and there is no network to fetch anything from.
    security: { allow_lazy_installs: false, tirith_enabled: false },
    updates: { pre_update_backup: 'off' },
  };
}
