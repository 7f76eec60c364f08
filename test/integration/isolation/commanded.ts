import type { OnboardResult } from '@nemoclaw/core';
import type { Driver, RunAs } from '@nemoclaw/plugin-api';
import type { RunReply, SupervisorStatus } from '@nemoclaw/supervisor/protocol';
import {
  messageText,
  type ScriptedModel,
  startScriptedModel,
  text,
  toolCall,
  toolResult,
} from '@nemoclaw/testkit/scripted-model';
import { expect } from 'vitest';
import { callSupervisor } from '../../../packages/core/src/lifecycle/control.ts';
import { makeWorld, type World } from '../world/cli.ts';
import { agentIdOf, openEngine } from '../world/engine.ts';

/** A sandbox with a real agent whose model asks for the commands that a test wants. */
export interface Commanded {
  name: string;
  world: World;
  driver: Driver;
  model: ScriptedModel;
  onboarded: OnboardResult;
  /** What the agent answers once its own tool was called so; not only the tool's result. */
  call(tool: string, args: Record<string, unknown>): Promise<string>;
  /** The same with the agent's own command tool. */
  command(line: string): Promise<string>;
  supervisor(): Promise<SupervisorStatus>;
  inside(as: RunAs, argv: string[]): Promise<Extract<RunReply, { outcome: 'exited' }>>;
  /** Until the tools' process is ready again; gives how long that took. */
  toolsReady(timeoutMs: number): Promise<number>;
  dispose(): Promise<void>;
}

const ASK = 'Please run the command now.';

export const startCommanded = async (options: {
  name: string;
  agent: string;
  /** Name of the agent's command tool. */
  tool: string;
  /** What the command printed, out of the agent's answer. */
  printed?: (answer: string) => string;
  onboard?: string[];
}): Promise<Commanded> => {
  const { name, printed = (answer) => answer } = options;
  const world = makeWorld({ NEMOCLAW_ISOLATION: 'auto' });
  const driver = openEngine();
  let wanted: { tool: string; args: Record<string, unknown> } = { tool: '', args: {} };
  const model = await startScriptedModel({
    models: [{ id: 'scripted-1', context: 131_072 }],
    respond: (request) => {
      const result = toolResult(request);
      if (result !== undefined) return text(`RESULT ${result}`);
      const asked = request.messages.some((message) => messageText(message).includes(ASK));
      return asked ? toolCall(wanted.tool, wanted.args) : text('Hello from the script.');
    },
  });
  const dispose = async (): Promise<void> => {
    await world.dispose();
    await model.close();
  };
  const onboarded = await world.json<OnboardResult>([
    ...['onboard', '--name', name, '--agent', options.agent, '--provider', 'openai-compatible'],
    ...['--model', 'scripted-1', '--endpoint', model.baseUrl, '--forward', '--gpu', 'off', '--yes'],
    ...(options.onboard ?? []),
  ]);
  if (onboarded.exitCode !== 0) {
    await dispose();
    throw new Error(JSON.stringify(onboarded.error));
  }
  const at = (timeoutMs: number) => ({ driver, containerId: agentIdOf(world, name), timeoutMs });
  const supervisor = () => callSupervisor(at(10_000), 'status', {});
  const call: Commanded['call'] = async (tool, args) => {
    wanted = { tool, args };
    const { stdout, stderr, exitCode } = await world.run([name, 'chat', ASK]);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
  return {
    name,
    world,
    driver,
    model,
    onboarded: onboarded.result,
    call,
    supervisor,
    dispose,
    command: async (line) => printed(await call(options.tool, { command: line })),
    async inside(as, argv) {
      const reply = await callSupervisor(at(30_000), 'run', { as, argv, timeoutMs: 20_000 });
      if (reply.outcome !== 'exited') throw new Error(JSON.stringify(reply));
      return reply;
    },
    async toolsReady(timeout) {
      const begin = performance.now();
      const state = () =>
        supervisor().then(
          ({ tools }) => tools?.state,
          () => 'no answer',
        );
      await expect.poll(state, { timeout, interval: 250 }).toBe('ready');
      return performance.now() - begin;
    },
  };
};
