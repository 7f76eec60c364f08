import type { Labels } from '@nemoclaw/plugin-api';

/**
 * Puts the labels at the end of every stage but the last, which the engine labels itself. The classic builder keeps the
 * result of each stage as an untagged image (its cache) and labels none of them: nobody could find them to clean up. At a
 * stage's end the labels leave its cached layers alone.
 */
export const labelStages = (dockerfile: string, labels: Labels): string => {
  const line = labelLine(labels);
  if (line === undefined) return dockerfile;
  let stages = 0;
  return instructions(dockerfile)
    .map((text) => (/^\s*FROM\s/i.test(text) && ++stages > 1 ? `${line}\n${text}` : text))
    .join('\n');
};

const labelLine = (labels: Labels): string | undefined => {
  const pairs = Object.entries(labels).map(([key, value]) => `${quote(key)}=${quote(value)}`);
  return pairs.length === 0 ? undefined : `LABEL ${pairs.join(' ')}`;
};

const quote = (text: string): string => `"${text.replace(/[\\"$]/g, '\\$&').replace(/[\r\n]/g, ' ')}"`;

/** Lines, with continued ones kept together: a continued line that starts with FROM is no new stage. */
const instructions = (dockerfile: string): string[] => {
  const result: string[] = [];
  let open = false;
  for (const line of dockerfile.split('\n')) {
    if (open) result[result.length - 1] += `\n${line}`;
    else result.push(line);
    const comment = /^\s*#/.test(line);
    open = comment ? open : /\\\s*$/.test(line);
  }
  return result;
};
