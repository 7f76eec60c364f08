import { AsyncLocalStorage } from 'node:async_hooks';
import { PATHS } from '@nemoclaw/plugin-api';
import { launchCommand } from '@nemoclaw/supervisor/protocol';
import type { CallOptions, ExecInput } from '../api/nemoclaw.ts';
import { codedError } from '../errors/index.ts';
import { knownSandbox, runningContainer } from './resolve.ts';
import { SECRETS } from './secrets.ts';
import type { Services } from './services.ts';

/** One conversation turn through ingress, with the sandbox's own token. */
export const chat = async (
  services: Services,
  name: string,
  input: { turns: { role: 'user' | 'assistant' | 'system'; content: string }[]; onText?: (text: string) => void },
  options: CallOptions = {},
): Promise<{ text: string; finishReason: string; elapsedMs: number }> => {
  const { record } = await knownSandbox(services, name);
  const { agent } = await services.agent(record.agent.id);
  const token = await services.store.readSecret(record.name, SECRETS.token);
  if (token === undefined)
    throw codedError('STATE_UNREADABLE', { message: `The ingress token of ${record.name} is missing.` });
  services.redactor.learn(token);
  const begin = services.clock.elapsed();
  const answer = await agent.chat(
    {
      turns: input.turns,
      token,
      ingressUrl: `http://127.0.0.1:${record.ingressPort}`,
      // Shown by the program, outside of the plugin's own context.
      ...(input.onText ? { onText: AsyncLocalStorage.bind(input.onText) } : {}),
    },
    options.signal ?? new AbortController().signal,
  );
  return { text: answer.text, finishReason: answer.finishReason, elapsedMs: services.clock.elapsed() - begin };
};

/** A command where the agent's tools run, through the supervisor's launcher; resolves with the command's own exit code. */
export const exec = async (
  services: Services,
  name: string,
  input: ExecInput,
  options: CallOptions = {},
): Promise<number> => {
  const known = await knownSandbox(services, name);
  const driver = await services.driver();
  const container = await runningContainer(services, driver, known, options.signal);
  return driver.interactive(
    container.id,
    {
      argv: launchCommand({ as: input.as, cwd: PATHS.workspace }, input.argv),
      uid: 0,
      gid: 0,
      tty: input.tty,
      stdin: input.stdin,
      stdout: input.stdout,
      stderr: input.stderr,
      ...(input.size ? { size: input.size } : {}),
      ...(input.onResize ? { onResize: input.onResize } : {}),
    },
    options.signal ? { signal: options.signal } : {},
  );
};

/** Log lines of the agent's or the relay's container, as they were written. */
export async function* logs(
  services: Services,
  name: string,
  options: CallOptions & { source: 'agent' | 'relay'; tail: number; follow: boolean },
): AsyncIterable<{ stream: string; text: string }> {
  const { ownership, record } = await knownSandbox(services, name);
  const id = options.source === 'agent' ? ownership.authoritative?.id : ownership.resources.relay?.id;
  if (!id)
    throw codedError('INSTANCE_MISSING', { message: `Sandbox ${record.name} has no ${options.source} container.` });
  const driver = await services.driver();
  const { tail, follow, signal } = options;
  for await (const line of driver.logs(id, { tail, follow, ...(signal ? { signal } : {}) }))
    yield { stream: line.stream, text: services.redactor.redactText(line.text) };
}
