/** Begins a line that sets a variable: `X=`, `export X=`, `declare -x X=`. */
const SETS = /^\s*(?:(?:export|declare\s+-x|typeset\s+-x)\s+)?([A-Za-z_]\w*)=/;

/**
 * Pure: an rc file without the lines that set a variable which the launcher decides about. Whatever was written there
 * once (an installer's proxy, a certificate of a network left long ago) outlives images in the home's volume, and would
 * take `inference.local` away from every login shell.
 */
export const withoutOverrides = (text: string, decided: ReadonlySet<string>): { text: string; removed: string[] } => {
  const removed: string[] = [];
  const kept = text.split('\n').filter((line) => {
    const name = SETS.exec(line)?.[1];
    if (name === undefined || !decided.has(name)) return true;
    removed.push(name);
    return false;
  });
  return { text: kept.join('\n'), removed };
};
