import type { Template } from '../template.ts';

export const probeTemplate: Template = (id) => ({
  'src/index.js': `import { defineProbe, oneLine, untilAborted } from '@nemoclaw/plugin-api';

/** Every code that the probe may give: its closed union. */
export const CODES = ['ok', 'unreachable', 'unknown'];

const WHERE = { host: '127.0.0.1', port: 11434 };

export default defineProbe({
  id: '${id}',
  title: 'Whether a service on this host answers',
  when: ['on-demand'],
  applies: (context) => (context.env.NEMOCLAW_NO_SERVICE === '1' ? 'NEMOCLAW_NO_SERVICE is set' : true),
  run: async (context, signal) => {
    signal.throwIfAborted();
    const begin = context.elapsed();
    const answer = await untilAborted(context.connectFromHost(WHERE.host, WHERE.port, 2_000), signal).catch((error) => {
      signal.throwIfAborted();
      return oneLine(\`error: \${error.message}\`);
    });
    const result = (status, code, summary, remedy) => ({
      probe: '${id}', status, code, layer: 'tcp', summary, remedy, evidence: { ...WHERE, answer }, elapsedMs: context.elapsed() - begin,
    });
    const place = \`\${WHERE.host}:\${WHERE.port}\`;
    if (answer === 'open') return result('ok', 'ok', \`\${place} answers\`, []);
    if (answer === 'refused') return result('fail', 'unreachable', \`nothing listens on \${place}\`, ['Start the service.']);
    return result('warn', 'unknown', \`\${place} could not be looked at\`, ['Run the command again.']);
  },
});
`,
  'test/conformance.test.js': `import { testProbe } from '@nemoclaw/testkit/conformance';
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
`,
  'test/probe.test.js': `import { probeContext } from '@nemoclaw/testkit/contexts';
import { expect, it } from 'vitest';
import probe from '../src/index.js';

it('asks once, on this host', async () => {
  const asked = [];
  const context = probeContext({
    connectFromHost: async (host, port) => {
      asked.push(\`\${host}:\${port}\`);
      return 'open';
    },
  });
  await probe.run(context, new AbortController().signal);
  expect(asked).toEqual(['127.0.0.1:11434']);
});
`,
});
