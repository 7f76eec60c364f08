/** CSI and other escape sequences, then what is left of C0, DEL and C1. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them away is the point
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b./g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What came from inside a build may not drive a terminal. */
export const withoutControls = (text: string): string =>
  text.replace(ESCAPES, '').replace(CONTROLS, '').replaceAll('\t', ' ');

/** The error that pull and build report inside their progress, with status 200 around it. */
export const streamError = (event: Record<string, unknown>): string | undefined => {
  const detail = event.errorDetail as { message?: unknown } | undefined;
  if (typeof detail?.message === 'string') return detail.message;
  return typeof event.error === 'string' ? event.error : undefined;
};

/** Turns progress objects into whole lines of text. A redrawn line (carriage return) counts with its last state. */
export const progressLines = (
  onLine: (line: string) => void,
): { take(event: Record<string, unknown>): void; end(): void } => {
  let pending = '';
  const emit = (text: string) => {
    const last = text.split('\r').findLast((part) => part.trim() !== '') ?? '';
    const line = withoutControls(last).trimEnd();
    if (line !== '') onLine(line);
  };
  return {
    take(event) {
      if (typeof event.stream === 'string') {
        const parts = (pending + event.stream).split('\n');
        pending = parts.pop() ?? '';
        for (const part of parts) emit(part);
      } else if (typeof event.status === 'string' && event.progressDetail === undefined) {
        emit(event.status);
      } else if (typeof event.status === 'string' && isSettled(event.progressDetail)) {
        emit(event.id === undefined ? event.status : `${String(event.id)}: ${event.status}`);
      }
    },
    end() {
      emit(pending);
      pending = '';
    },
  };
};

/** Layers report many times a second while they move, with numbers; without numbers they changed state. */
const isSettled = (detail: unknown): boolean =>
  detail !== null && typeof detail === 'object' && Object.keys(detail).length === 0;
