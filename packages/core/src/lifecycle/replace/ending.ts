import { CodedError, type ContainerState, isCodedError } from '@nemoclaw/plugin-api';
import { toCodedError } from '../../errors/index.ts';
import { waitForGateway } from '../onboard/agent.ts';
import type { ReplaceData, ReplaceTools } from './data.ts';

type Ending = 'untouched' | 'restored and healthy' | 'restored, agent not healthy' | 'not restored';

/** After a signal nobody wants to wait for an agent that may take minutes. */
const INTERRUPTED_MS = 10_000;

const isHealthy = async (tools: ReplaceTools, data: ReplaceData, interrupted: boolean): Promise<string | true> => {
  const { services, driver } = tools;
  const signal = interrupted ? AbortSignal.timeout(INTERRUPTED_MS) : new AbortController().signal;
  try {
    await waitForGateway({ services, driver, containerId: data.incumbent.id, signal });
    return true;
  } catch (error) {
    return signal.aborted ? `it did not answer within ${INTERRUPTED_MS / 1000} s` : toCodedError(error).message;
  }
};

/** Only what is left to do: a rename to the name that it has is an error of the engine. */
const byHand = async (
  { driver }: ReplaceTools,
  data: ReplaceData,
  incumbent: ContainerState | undefined,
): Promise<string> => {
  const old = data.incumbent.id.slice(0, 12);
  const replacement = await driver.inspect(data.agentId || data.stagingName).catch(() => undefined);
  return [
    ...(replacement ? [`docker rm -f ${replacement.id.slice(0, 12)}`] : []),
    ...(incumbent?.name === data.canonicalName ? [] : [`docker rename ${old} ${data.canonicalName}`]),
    `docker update --restart ${data.incumbentPolicy} ${old}`,
    `docker start ${old}`,
  ].join('; ');
};

const whereabouts = ({ phase, name }: ContainerState, { canonicalName }: ReplaceData): string =>
  `its container is ${phase}${name === canonicalName ? '' : ` under the name ${name}`}`;

/** Looked at afterwards, not concluded from what the undo said of itself. */
const judge = async (
  tools: ReplaceTools,
  data: ReplaceData,
  error: CodedError,
): Promise<{ ending: Ending; sentence: string; hint?: string }> => {
  const { program } = tools.services.options;
  let trouble: string | undefined;
  const incumbent = await tools.driver.inspect(data.incumbent.id).catch((refusal: unknown) => {
    trouble = `the engine says nothing of its container (${toCodedError(refusal).message})`;
    return undefined;
  });
  const back = incumbent?.phase === 'running' && incumbent.name === data.canonicalName;
  if (back && incumbent.startedAt === data.incumbentStartedAt)
    return { ending: 'untouched', sentence: `Sandbox ${data.name} was not touched: its container was never stopped.` };
  const where = incumbent ? whereabouts(incumbent, data) : trouble;
  if (where === undefined)
    return {
      ending: 'not restored',
      sentence: `Sandbox ${data.name} was NOT restored: its container was removed by somebody else. Its volumes are there.`,
      hint: `Run \`${program} ${data.name} recover\`: it makes the container anew.`,
    };
  if (!back)
    return {
      ending: 'not restored',
      sentence: `Sandbox ${data.name} was NOT restored: ${where}.`,
      hint: `Run \`${program} ${data.name} recover\`. By hand: ${await byHand(tools, data, incumbent)}`,
    };
  const healthy = await isHealthy(tools, data, error.code === 'INTERRUPTED');
  return healthy === true
    ? { ending: 'restored and healthy', sentence: `Sandbox ${data.name} is as it was, and its agent is healthy.` }
    : {
        ending: 'restored, agent not healthy',
        sentence: `The container of sandbox ${data.name} was restored, but its agent is not healthy: ${healthy}`,
        hint: `Run \`${program} ${data.name} recover\`.`,
      };
};

/** The first error, with the truth about what became of the sandbox in its message and `details.ending`. */
export const withEnding = async (tools: ReplaceTools, data: ReplaceData, error: unknown): Promise<CodedError> => {
  const first = isCodedError(error) ? error : toCodedError(error);
  const { ending, sentence, hint } = await judge(tools, data, first);
  const hints = [...new Set([hint, first.hint].filter((line) => line !== undefined))];
  const told = new CodedError(first.code, {
    message: `${first.message} ${sentence}`,
    ...(hints.length > 0 ? { hint: hints.join('\n') } : {}),
    details: { ...first.details, ending },
    cause: error,
  });
  told.plugin = first.plugin;
  return told;
};
