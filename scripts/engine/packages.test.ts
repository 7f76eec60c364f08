import { expect, it } from 'vitest';
import { alsoRemoved } from './packages.ts';

it('sees in a simulated purge what would go beside what was asked for', () => {
  const simulated = `Reading package lists...
Purg docker-compose [1.29] [docker.io:amd64 ]
Purg docker.io [28.5.2+dfsg4-5]
Remv runc:amd64 [1.1.5]
Purg docker-compose [1.29]
`;
  expect(alsoRemoved(simulated, ['docker.io', 'runc'])).toEqual(['docker-compose']);
  expect(alsoRemoved(simulated, ['docker.io', 'runc', 'docker-compose'])).toEqual([]);
});
