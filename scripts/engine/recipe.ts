import { ENGINE_FLOOR } from './find.ts';

/** What apt installs as an engine, and from where: no suite of its own older than trixie has one that is new enough. */
export const ENGINE = {
  packages: ['docker.io/sid', 'containerd/trixie', 'iptables'],
  /** Pinned low, so that nothing else comes from them. */
  suites: [
    { name: 'sid', priority: 50 },
    { name: 'trixie', priority: 100 },
  ],
};

export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface Suite {
  name: string;
  priority: number;
}

/** deb822; a mirror's copy of sid may be past its Valid-Until. */
export const sourceFor = (archive: string, suites: Suite[]): string =>
  [
    'Types: deb',
    `URIs: ${archive}`,
    `Suites: ${suites.map(({ name }) => name).join(' ')}`,
    'Components: main',
    'Check-Valid-Until: no',
    `Signed-By: ${KEYRING}`,
    '',
  ].join('\n');

export const pinsFor = (suites: Suite[]): string =>
  suites.map(({ name, priority }) => `Package: *\nPin: release n=${name}\nPin-Priority: ${priority}\n`).join('\n');

/** Debian's archive as this machine names it, and the suites that it does not have among its sources. */
export interface Archive {
  uri: string;
  lacking: string[];
}

const quoted = (text: string): string => `'${text.replaceAll('\n', '\\n')}'`;

/** What a person does instead, whole enough to be pasted into a shell. */
export const byHand = (archive: Archive | undefined): string => {
  if (!archive)
    return `Install Docker Engine ${ENGINE_FLOOR} or newer (https://docs.docker.com/engine/install/), start it, and run this again.`;
  const suites = ENGINE.suites.filter(({ name }) => archive.lacking.includes(name));
  const source = '/etc/apt/sources.list.d/nemoclaw-engine.sources';
  const pins = '/etc/apt/preferences.d/nemoclaw-engine';
  const further = suites.length > 0;
  return [
    `Install Docker Engine ${ENGINE_FLOOR} or newer, start it, and run this again. As root:`,
    ...(further ? [`printf ${quoted(sourceFor(archive.uri, suites))} > ${source}`] : []),
    ...(further ? [`printf ${quoted(pinsFor(suites))} > ${pins}`] : []),
    `apt-get update && apt-get install --no-install-recommends ${ENGINE.packages.join(' ')}`,
    ...(further ? [`rm ${source} ${pins}`] : []),
    'systemctl start docker      # where no systemd runs: dockerd &',
    'usermod -aG docker <user>   # whoever is to use it without root; they log in again',
  ].join('\n  ');
};
