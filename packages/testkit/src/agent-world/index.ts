export { parentImage, readHostCa } from './parent.ts';
export { type RealModel, startRealModel } from './real-model.ts';
export type { AgentSandbox } from './sandbox.ts';
export { AGENT_TOKEN, type AgentSandboxOptions, type AgentWorld, makeAgentWorld } from './world.ts';
