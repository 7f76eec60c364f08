/** What long work tells its caller; the CLI renders them as a task list or as plain lines. */
export type ProgressEvent =
  | { type: 'operation'; operation: string; sandbox: string; steps: { id: string; title: string }[] }
  | {
      type: 'step';
      id: string;
      title: string;
      state: 'started' | 'done' | 'skipped' | 'failed' | 'undoing' | 'undone' | 'undo-failed';
      elapsedMs: number;
      note?: string;
    }
  | { type: 'output'; step: string; text: string }
  | { type: 'note'; level: 'info' | 'warn'; text: string };

export type OnProgress = (event: ProgressEvent) => void;
