export { expectConfig, expectSealed } from './agent-config.ts';
export { expectPortable, expectRecipe } from './agent-image.ts';
export { type ChatGateway, type ChatScript, startChatGateway } from './chat-gateway.ts';
export { type Check, counted, declare } from './checks.ts';
export { deepFreeze } from './freeze.ts';
export { gpuProofCases, gpuRequest } from './gpu-proof-cases.ts';
export { expectBid, expectPatch, expectProof, expectProofProvenance } from './gpu-results.ts';
export { expectOneLine, expectPlainJson } from './plain-json.ts';
export { expectProbeProvenance, expectProbeResult } from './probe-result.ts';
export { never, type Settled, settledWithin } from './settles.ts';
export { type AgentConformance, agentChecks, testAgent } from './test-agent.ts';
export { type DriverConformance, driverChecks, testDriver } from './test-driver.ts';
export { type DriverEngineConformance, driverEngineChecks, testDriverOnEngine } from './test-driver-engine.ts';
export {
  type GpuCase,
  type GpuConformance,
  type GpuProofCase,
  gpuStrategyChecks,
  testGpuStrategy,
} from './test-gpu-strategy.ts';
export { type ProbeCase, type ProbeConformance, probeChecks, testProbe } from './test-probe.ts';
