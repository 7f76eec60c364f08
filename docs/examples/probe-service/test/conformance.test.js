import { testProbe } from '@nemoclaw/testkit/conformance';
import { probeContext } from '@nemoclaw/testkit/contexts';
import probe, { CODES } from '../src/index.js';

/** A host on which a connection ends like this. */
const host = (answer) => () => probeContext({ connectFromHost: async () => answer });

testProbe(probe, {
  codes: CODES,
  cases: [
    { title: 'the service answers', context: host('open'), code: 'ok' },
    { title: 'nothing listens', context: host('refused'), code: 'unreachable' },
    { title: 'nobody knows', context: host('timeout'), code: 'unknown' },
    { title: 'it is switched off', context: () => probeContext({ env: { NEMOCLAW_NO_SERVICE: '1' } }) },
  ],
});
