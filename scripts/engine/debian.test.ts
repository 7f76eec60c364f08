import { describe, expect, it } from 'vitest';
import { archiveOf } from './debian.ts';

describe('archiveOf', () => {
  it('takes the archive of Debian proper from deb822 and one-line sources, never security or another vendor', () => {
    expect(archiveOf(['Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm'])).toBe(
      'http://mirror.example/debian',
    );
    expect(archiveOf(['deb [arch=amd64 signed-by=/k] https://mirror.example/debian/ bookworm main'])).toBe(
      'https://mirror.example/debian/',
    );
    expect(
      archiveOf([
        'URIs: http://mirror.example/debian-security',
        'deb https://vendor.example/node_20.x nodistro main',
        '# deb http://old.example/debian x',
      ]),
    ).toBeUndefined();
  });
});
