import type { Span } from './assignments.ts';

/** Replaces the parts, taking those that overlap or touch as one, so that no rest of a secret stays between two. */
export const replaceSpans = (text: string, spans: Span[], replacement: string): string => {
  if (spans.length === 0) return text;
  const ordered = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let result = '';
  let at = 0;
  let open: Span | undefined;
  for (const span of ordered) {
    if (open && span.start <= open.end) {
      open.end = Math.max(open.end, span.end);
      continue;
    }
    if (open) {
      result += text.slice(at, open.start) + replacement;
      at = open.end;
    }
    open = { ...span };
  }
  if (open) {
    result += text.slice(at, open.start) + replacement;
    at = open.end;
  }
  return result + text.slice(at);
};
