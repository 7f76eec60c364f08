import type { AgentConfigInput, JsonObject } from '@nemoclaw/plugin-api';
import { PATHS } from '@nemoclaw/plugin-api';
import { GATEWAY_PORT } from '../gateway.ts';
import { GATEWAY_WORKSPACE, STATE_DIR } from './environment.ts';
import { profileSettings } from './profiles.ts';
import { toolSettings } from './tool-settings.ts';

/** Name of the only model provider that the agent knows: the relay. */
const PROVIDER = 'inference';

/**
 * The most that one answer may take: what the profile asks for, but never more than a quarter of the context, so that
 * history keeps its place. OpenClaw sends it upstream and budgets its prompt by it.
 */
export const answerBudget = (contextTokens: number, answerTokens: number): number =>
  Math.max(256, Math.min(answerTokens, Math.floor(contextTokens / 4)));

/** Content of the sealed `openclaw.json`. It holds the gateway's token: nothing else does. */
export function openclawJson(input: AgentConfigInput): JsonObject {
  const { agentDefaults, skills } = profileSettings(input.profile.id);
  return {
    gateway: {
      mode: 'local',
      port: GATEWAY_PORT,
      // Inside a container the default is every interface; only the front door may be reachable from outside.
      bind: 'loopback',
      auth: { mode: 'token', token: input.token },
      http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: false } } },
      controlUi: { enabled: false },
      cliAgents: { enabled: false },
      // The supervisor's front door: it passes on what the relay says of the client, who is then no local one.
      trustedProxies: ['127.0.0.1'],
      // An operator's shell with the gateway's uid.
      terminal: { enabled: false },
      nodes: {
        pairing: { autoApproveLocal: false, sshVerify: false },
        pluginTools: { enabled: false },
        allowSkills: false,
      },
      // The file is sealed: it changes only together with a restart.
      reload: { mode: 'off' },
    },
    models: {
      mode: 'replace',
      providers: { [PROVIDER]: provider(input) },
      catalogRefresh: { enabled: false },
    },
    agents: {
      defaults: {
        model: { primary: `${PROVIDER}/${input.model.id}` },
        ...workspaceOf(input.isolation),
        // Turns that nobody asked for, on somebody's bill.
        heartbeat: { every: '0m' },
        ...agentDefaults,
      },
    },
    // The image is root's and read-only; a new version is a new image.
    tools: toolSettings(input),
    ...(Object.keys(skills).length > 0 ? { skills } : {}),
    // What it bundles and starts by itself otherwise: browser, desktop, GitHub, voice, other model providers, ...
    plugins: { allow: ['memory-core'], entries: { 'memory-core': { config: { dreaming: { enabled: false } } } } },
    cron: { triggers: { enabled: false } },
    update: { checkOnStart: false, auto: { enabled: false } },
    telemetry: { enabled: false },
    discovery: { mdns: { mode: 'off' } },
    browser: { enabled: false },
    // The default is a folder of /tmp, which is memory here.
    logging: { file: `${STATE_DIR}/logs/gateway.log`, maxFileBytes: 10 * 1024 * 1024, consoleStyle: 'json' },
  };
}

/**
 * The gateway reads, and runs git in, what it takes for its workspace, as its own uid. Where commands have another uid,
 * nothing that they can write may be that: theirs is the shared one, in which the node host starts them.
 */
const workspaceOf = (isolation: AgentConfigInput['isolation']): JsonObject =>
  isolation === 'separate'
    ? // Its first-run files ask the agent to change and remove them, which its commands may not.
      { workspace: GATEWAY_WORKSPACE, skipBootstrap: true }
    : { workspace: PATHS.workspace };

function provider({ model, profile }: AgentConfigInput): JsonObject {
  return {
    baseUrl: model.baseUrl,
    // The relay drops it and puts the real one in.
    apiKey: 'unused',
    api: 'openai-completions',
    models: [
      {
        id: model.id,
        name: model.id,
        reasoning: false,
        input: ['text'],
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        contextWindow: model.contextTokens,
        maxTokens: answerBudget(model.contextTokens, profile.answerTokens),
      },
    ],
  };
}
