import { describe, expect, it } from 'vitest';
import { archiveOf, lacking } from './sources.ts';

const DEB822 = `# the machine's own
Types: deb
# http://snapshot.example/archive
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
`;

describe('archiveOf', () => {
  it.each([
    ['deb822', [DEB822], 'http://mirror.example/debian'],
    [
      'one line',
      ['deb [arch=amd64 signed-by=/k] https://mirror.example/debian/ bookworm main'],
      'https://mirror.example/debian/',
    ],
    [
      'the first of two',
      ['deb http://a.example/debian bookworm main\ndeb http://b.example/debian bookworm-updates main'],
      'http://a.example/debian',
    ],
    ['security only', ['Types: deb\nURIs: http://mirror.example/debian-security\nSuites: s'], undefined],
    ['another vendor', ['deb https://vendor.example/node_20.x nodistro main'], undefined],
    ['a comment', ['# deb http://old.example/debian x main'], undefined],
    ['source code', ['Types: deb-src\nURIs: http://mirror.example/debian\nSuites: x'], undefined],
    ['switched off', ['Types: deb\nEnabled: no\nURIs: http://mirror.example/debian\nSuites: x'], undefined],
  ])('%s', (_, texts, expected) => {
    expect(archiveOf(texts)).toBe(expected);
  });
});

describe('lacking', () => {
  const without = (names: string[], texts: string[]) =>
    lacking(
      names.map((name) => ({ name })),
      texts,
    ).map(({ name }) => name);

  it('leaves out suites that are among the sources already, by either name', () => {
    expect(without(['sid', 'trixie'], [DEB822])).toEqual(['sid', 'trixie']);
    expect(without(['sid', 'trixie'], ['deb http://m.example/debian trixie main'])).toEqual(['sid']);
    expect(without(['sid', 'trixie'], ['deb http://m.example/debian unstable main'])).toEqual(['trixie']);
    expect(without(['sid'], ['Types: deb\nURIs: http://m.example/debian\nSuites: trixie\n  sid\n'])).toEqual([]);
    expect(without(['sid'], ['deb http://vendor.example/apt sid main'])).toEqual(['sid']);
  });
});
