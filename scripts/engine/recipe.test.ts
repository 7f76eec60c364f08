import { expect, it } from 'vitest';
import { byHand } from './recipe.ts';

it('prints commands that can be pasted, with the machine’s own archive and only the suites that it lacks', () => {
  expect(byHand({ uri: 'http://mirror.example/debian', lacking: ['sid'] }).split('\n')).toEqual([
    'Install Docker Engine 28.2 or newer, start it, and run this again. As root:',
    "  printf 'Types: deb\\nURIs: http://mirror.example/debian\\nSuites: sid\\nComponents: main\\nCheck-Valid-Until: no\\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\\n' > /etc/apt/sources.list.d/nemoclaw-engine.sources",
    "  printf 'Package: *\\nPin: release n=sid\\nPin-Priority: 50\\n' > /etc/apt/preferences.d/nemoclaw-engine",
    '  apt-get update && apt-get install --no-install-recommends docker.io/sid containerd/trixie iptables',
    '  rm /etc/apt/sources.list.d/nemoclaw-engine.sources /etc/apt/preferences.d/nemoclaw-engine',
    '  systemctl start docker      # where no systemd runs: dockerd &',
    '  usermod -aG docker <user>   # whoever is to use it without root; they log in again',
  ]);
  expect(byHand({ uri: 'http://mirror.example/debian', lacking: [] })).not.toContain('printf');
});
