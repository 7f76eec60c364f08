import type { Template } from '../template.ts';

export const agentTemplate: Template = (id) => ({
  'src/index.js': `import { CodedError, defineAgent, PATHS } from '@nemoclaw/plugin-api';
import { openAiChat } from '@nemoclaw/plugin-api/openai-chat';

const VERSION = '0.1.0';
const PROGRAM = '/opt/${id}/gateway.mjs';
/** The agent itself: a gateway on loopback that speaks OpenAI's chat completions and asks the sandbox's model. */
const GATEWAY = \`import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
const VERSION = '\${VERSION}';
const { token, model, baseUrl, port } = JSON.parse(readFileSync(process.env.AGENT_CONFIG, 'utf8'));
createServer(async (request, response) => {
  const end = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/health') return end(200, { ok: true, version: VERSION });
  if (request.headers.authorization !== 'Bearer ' + token) return end(401, { error: 'no' });
  try {
    const { messages, stream } = JSON.parse(Buffer.concat(await request.toArray()));
    const answer = await fetch(baseUrl + '/chat/completions', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model, messages, stream }),
    });
    response.writeHead(answer.ok ? 200 : 502, { 'content-type': answer.headers.get('content-type') });
    await pipeline(Readable.fromWeb(answer.body), response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else end(502, { error: String(error) });
  }
}).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
\`;
const health = { path: '/health', status: 200, field: { name: 'ok', equals: true } };
const PROFILES = [{ id: 'compact', promptTokens: 200, answerTokens: 512 }];

export default defineAgent({
  id: '${id}',
  title: 'A small agent',
  version: VERSION,
  memoryBytes: 256 * 1024 ** 2,
  profiles: PROFILES,
  isolation: [{ mode: 'shared', memoryBytes: 0, note: 'it has no tools of its own' }],
  image: ({ base }) => ({
    dockerfile: \`FROM \${base}\\nCOPY gateway.mjs \${PROGRAM}\\n\`,
    files: [{ path: 'gateway.mjs', content: GATEWAY, mode: 0o644 }],
    buildArgs: {},
    hostNetwork: false,
  }),
  configure: ({ model, token, profile }) => {
    if (!PROFILES.some(({ id }) => id === profile.id))
      throw new CodedError('USAGE', { message: \`There is no profile \${profile.id}.\` });
    return {
      runtime: {
        agent: '${id}', version: VERSION, command: [PATHS.node, PROGRAM], cwd: PATHS.gatewayHome, gatewayPort: 18789,
        env: { AGENT_CONFIG: \`\${PATHS.sealedAgent}/agent.json\` },
        health: { live: health, started: health },
        stop: { signal: 'SIGTERM', drainMs: 5_000, expectedExitCodes: [0] },
        configRefusedExitCodes: [78],
        startTimeoutMs: 30_000,
      },
      sealed: [
        { path: 'agent.json', content: JSON.stringify({ token, model: model.id, baseUrl: model.baseUrl, port: 18789 }) },
      ],
      initialState: [],
    };
  },
  chat: openAiChat({ title: 'The agent', model: '${id}' }),
  ping: { path: '/health', status: 200 },
});
`,
  'test/conformance.test.js': `import { testAgent } from '@nemoclaw/testkit/conformance';
import agent from '../src/index.js';

testAgent(agent);
`,
  'test/agent.test.js': `import { expect, it } from 'vitest';
import agent from '../src/index.js';

it('seals the token, the model and its address, and keeps them out of what anybody can read', () => {
  const model = { id: 'some/model', contextTokens: 8192, baseUrl: 'https://inference.local/v1' };
  const [profile] = agent.profiles;
  const sandbox = { id: 'x', name: 'demo' };
  const { runtime, sealed } = agent.configure({ sandbox, model, profile, token: 'a-secret-token', isolation: 'shared' });
  expect(JSON.parse(sealed[0].content)).toMatchObject({ token: 'a-secret-token', model: 'some/model' });
  expect(JSON.stringify(runtime)).not.toContain('a-secret-token');
});
`,
});
