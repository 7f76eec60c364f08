/** Text from containers and engines on its way to a terminal: one line, no control characters, bounded. */
export const oneLine = (text: string, max = 600): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .trim()
    .slice(0, max);
