interface Source {
  uri: string;
  suites: string[];
}

const ARCHIVE = /\/debian\/?$/;

/** What the texts of apt's sources name, deb822 and one-line alike; comments and sources of source code are left out. */
const parse = (texts: string[]): Source[] => texts.flatMap((text) => [...oneLine(text), ...deb822(text)]);

const oneLine = (text: string): Source[] =>
  text.split('\n').flatMap((line) => {
    const [, uri, suite] = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(https?:\/\/\S+)\s+(\S+)/i.exec(line) ?? [];
    return uri && suite ? [{ uri, suites: [suite] }] : [];
  });

const deb822 = (text: string): Source[] =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const field = (name: string): string[] =>
        new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
      if (!field('Types').includes('deb') || field('Enabled')[0]?.toLowerCase() === 'no') return [];
      return field('URIs').map((uri) => ({ uri, suites: field('Suites') }));
    });

/** The archive that this machine's own sources name for Debian proper; suites beside its own come from there too. */
export const archiveOf = (texts: string[]): string | undefined =>
  parse(texts).find(({ uri }) => /^https?:/.test(uri) && ARCHIVE.test(uri))?.uri;

/** Those of the suites that no source for Debian proper names. */
export const lacking = <S extends { name: string }>(suites: S[], texts: string[]): S[] => {
  const present = new Set(
    parse(texts)
      .filter(({ uri }) => ARCHIVE.test(uri))
      .flatMap((source) => source.suites),
  );
  return suites.filter(({ name }) => !present.has(name) && !(name === 'sid' && present.has('unstable')));
};
