import { CodedError, defineGpuStrategy, oneLine, PATHS, untilAborted } from '@nemoclaw/plugin-api';

/** Class of the CDI devices that this strategy hands out; `docker info` lists what your engine has. */
const CLASS = 'amd.com/gpu';
/** Device nodes that must open inside the sandbox. */
const NODES = ['/dev/kfd', '/dev/dri/renderD128'];
/** Runs in the sandbox, first as the agent's gateway, then as its tools; prints the nodes that opened. */
const LOOK = `const fs = require('node:fs');
  const opens = (path) => { try { fs.closeSync(fs.openSync(path, 'r+')); return true; } catch { return false; } };
  console.log(JSON.stringify(JSON.parse(process.argv[1]).filter(opens)));`;

const devicesFor = (facts, request) => {
  const found = facts.engine.cdiDevices.filter((device) => device.startsWith(`${CLASS}=`));
  return request.devices.length === 0 ? found.slice(0, 1) : found.filter((device) => request.devices.includes(device));
};

const opened = (run) => {
  try {
    return run.outcome === 'exited' ? NODES.filter((node) => JSON.parse(run.stdout).includes(node)) : [];
  } catch {
    return [];
  }
};

export default defineGpuStrategy({
  id: 'nemoclaw-gpu-amd',
  title: 'AMD Instinct and Radeon through the class amd.com/gpu',
  explain: () => `Asks the engine for a CDI device of the class ${CLASS} and looks whether its nodes open inside.`,
  detect: (facts, request) => {
    const [device] = devicesFor(facts, request);
    const reason = device ? `the engine has ${device}` : `the engine has no CDI device of the class ${CLASS}`;
    const applicable = device !== undefined;
    const evidence = [`CDI devices: ${facts.engine.cdiDevices.join(', ') || 'none'}`];
    // A host's own default bids 100; below 50 is for whoever asks.
    return {
      strategy: 'nemoclaw-gpu-amd',
      applicable,
      priority: applicable ? 60 : 0,
      reason,
      evidence,
      warnings: [],
      activation: 'create',
    };
  },
  prepare: (facts, request) => {
    const deviceIds = devicesFor(facts, request);
    if (deviceIds.length === 0) throw new CodedError('GPU_NOT_APPLICABLE', { message: `There is no ${CLASS} here.` });
    return { deviceRequests: [{ driver: 'cdi', count: 0, deviceIds, capabilities: [] }] };
  },
  prove: async ({ requested, run, now }, signal) => {
    const checks = [];
    for (const as of ['gateway', 'tools']) {
      const look = { as, argv: [PATHS.node, '-e', LOOK, JSON.stringify(NODES)], timeoutMs: 20_000 };
      const nodes = opened(
        await untilAborted(
          run(look, signal).catch(() => ({ outcome: 'not_run' })),
          signal,
        ),
      );
      const outcome = nodes.length === NODES.length ? 'ok' : 'failed';
      checks.push({ as, name: 'device_nodes', outcome, detail: oneLine(nodes.join(', ')) || 'no node opened' });
    }
    const result = checks.every(({ outcome }) => outcome === 'ok') ? 'injected' : 'failed';
    const summary = result === 'failed' ? 'a device node does not open inside' : 'the devices are there';
    const remedy = ['Compare `ls -l /dev/kfd /dev/dri` on the host with the CDI specification in /etc/cdi.'];
    return { result, requested, at: now().toISOString(), summary, checks, evidence: { nodes: NODES }, remedy };
  },
});
