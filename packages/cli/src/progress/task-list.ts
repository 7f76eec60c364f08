import type { ProgressEvent } from '@nemoclaw/core';
import { oneLine } from '@nemoclaw/core/text';
import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput } from 'listr2';
import { seconds } from '../render/age.ts';
import { progressLine } from './line.ts';
import type { ProgressRenderer } from './renderer.ts';

type StepEvent = Extract<ProgressEvent, { type: 'step' }>;
type Wrapper = ListrTaskWrapper<unknown, never, never>;

/** A step as the list shows it: it runs until an event settles it. */
interface LiveStep {
  title: string;
  wrapper?: Wrapper;
  startedAt?: number;
  /** What to show of a step that was not needed. */
  skipped?: string;
  settled: PromiseWithResolvers<void>;
}

/** How often the elapsed time of a running step moves. */
const TICK_MS = 1000;

/**
 * A live task list on a terminal. Events drive it; the list itself does no work. What comes after a failure (undo, notes)
 * is printed as lines below the list, which by then shows where it broke.
 */
export function taskListRenderer(stderr: NodeJS.WriteStream): ProgressRenderer {
  let steps = new Map<string, LiveStep>();
  let running: Promise<unknown> | undefined;
  const early: ProgressEvent[] = [];

  const print = (event: ProgressEvent): void => {
    const line = progressLine(event);
    if (line !== undefined) stderr.write(`${line}\n`);
  };

  const end = async (): Promise<void> => {
    for (const step of steps.values()) step.settled.reject(new Error(step.title));
    steps = new Map();
    await running?.catch(() => {});
    running = undefined;
    for (const event of early.splice(0)) print(event);
  };

  const begin = (event: Extract<ProgressEvent, { type: 'operation' }>): void => {
    steps = new Map(event.steps.map(({ id, title }) => [id, liveStep(title)]));
    running = runList(steps, stderr);
    running.catch(() => {});
  };

  /** The list ends asynchronously; lines wait for it, so that they stand below. */
  const printBelow = (event: ProgressEvent): void => {
    if (running === undefined) print(event);
    else early.push(event);
  };

  const onStep = (event: StepEvent): void => {
    const step = steps.get(event.id);
    const undo = event.state === 'undoing' || event.state === 'undone' || event.state === 'undo-failed';
    if (step !== undefined && !undo) {
      settle(step, event);
      return;
    }
    printBelow(event);
    if (undo) void end();
  };

  const onProgress = (event: ProgressEvent): void => {
    switch (event.type) {
      case 'operation':
        // At once when it can be: the first step's event follows in the same turn.
        if (running === undefined) begin(event);
        else void end().then(() => begin(event));
        break;
      case 'step':
        onStep(event);
        break;
      case 'output': {
        const wrapper = steps.get(event.step)?.wrapper;
        if (wrapper !== undefined) wrapper.output = oneLine(event.text.trimEnd().split('\n').at(-1) ?? '');
        break;
      }
      case 'note':
        printBelow(event);
        break;
    }
  };

  return { onProgress, close: end };
}

function liveStep(title: string): LiveStep {
  const settled = Promise.withResolvers<void>();
  settled.promise.catch(() => {});
  return { title, settled };
}

function settle(step: LiveStep, event: StepEvent): void {
  const suffix = event.note === undefined ? '' : ` (${oneLine(event.note)})`;
  switch (event.state) {
    case 'started':
      step.startedAt = Date.now() - event.elapsedMs;
      break;
    case 'skipped':
      step.skipped = `${step.title}: skipped${suffix}`;
      step.settled.resolve();
      break;
    case 'done':
      step.title = `${step.title} ${seconds(event.elapsedMs)}${suffix}`;
      step.settled.resolve();
      break;
    case 'failed':
      step.title = `${step.title} failed after ${seconds(event.elapsedMs)}${suffix}`;
      step.settled.reject(new Error(step.title));
      break;
    case 'undoing':
    case 'undone':
    case 'undo-failed':
      break;
  }
}

/** listr2 asks whether *stdout* is a terminal; ours draws on stderr, which is one. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

function runList(steps: Map<string, LiveStep>, stderr: NodeJS.WriteStream): Promise<unknown> {
  const list = new Listr(
    [...steps.values()].map((step) => ({
      title: step.title,
      task: (_: unknown, wrapper: unknown) => follow(step, wrapper as Wrapper),
    })),
    {
      // Signals are ours: the first one undoes, the second one ends.
      registerSignalListeners: false,
      renderer: StderrRenderer,
      rendererOptions: {
        collapseErrors: false,
        showErrorMessage: false,
        // Progress goes to stderr; listr2 calls the stream that it draws on stdout.
        logger: new ListrLogger({
          useIcons: true,
          toStderr: [],
          processOutput: new ProcessOutput(stderr, process.stdout),
        }),
      },
    },
  );
  return list.run();
}

async function follow(step: LiveStep, wrapper: Wrapper): Promise<void> {
  step.wrapper = wrapper;
  wrapper.title = step.title;
  const timer = setInterval(() => {
    if (step.startedAt !== undefined)
      wrapper.title = `${step.title} ${Math.round((Date.now() - step.startedAt) / TICK_MS)}s`;
  }, TICK_MS);
  try {
    await step.settled.promise;
  } finally {
    clearInterval(timer);
    wrapper.title = step.title;
    if (step.skipped !== undefined) wrapper.skip(step.skipped);
  }
}
