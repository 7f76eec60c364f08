import type { ContainerState, Driver, ExecResult, ExecSpec } from '@nemoclaw/plugin-api';
import { LABELS } from '@nemoclaw/plugin-api';

/** A driver of which only what a test gives exists; any other call fails the test by its name. */
export const driverOf = (parts: Partial<Driver>): Driver =>
  new Proxy(parts as Driver, {
    get: (target, name) => {
      if (Reflect.has(target, name)) return Reflect.get(target, name);
      // Asked of whatever an async function returns.
      if (name === 'then') return undefined;
      return () => {
        throw new Error(`the test's driver has no ${String(name)}`);
      };
    },
  });

export const execResult = (more: Partial<ExecResult> = {}): ExecResult => ({
  exitCode: 0,
  started: true,
  timedOut: false,
  truncated: false,
  stdout: Buffer.from(''),
  stderr: Buffer.from(''),
  ...more,
});

export interface ControlCall {
  containerId: string;
  spec: ExecSpec;
  request: { protocol: number; nonce: string; op: string; args: unknown };
}

/** A driver whose control calls are answered by `reply`: an object as one line of JSON, an ExecResult's part as it is. */
export const controlledBy = (reply: (call: ControlCall) => object | string, parts: Partial<Driver> = {}): Driver =>
  driverOf({
    async exec(containerId, spec) {
      const answer = reply({ containerId, spec, request: JSON.parse(String(spec.stdin)) });
      if (typeof answer === 'object' && 'started' in answer) return execResult(answer as Partial<ExecResult>);
      const line = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return execResult({ stdout: Buffer.from(`${line}\n`) });
    },
    ...parts,
  });

export const containerState = (
  more: Partial<ContainerState> & { generation?: string; role?: string; sandboxId?: string } = {},
): ContainerState => {
  const { generation = 'g1', role = 'agent', sandboxId = 's1', ...state } = more;
  return {
    id: 'c1',
    name: 'nemoclaw-demo-s1',
    labels: { [LABELS.sandboxId]: sandboxId, [LABELS.role]: role, [LABELS.generation]: generation },
    imageId: 'sha256:1',
    phase: 'running',
    pid: 1,
    exitCode: 0,
    error: '',
    oomKilled: false,
    startedAt: '',
    finishedAt: '',
    restartCount: 0,
    restartPolicy: 'unless-stopped',
    networks: [],
    ports: {},
    networkMode: '',
    mounts: [],
    ...state,
  };
};
