import type { Template } from '../template.ts';

export const agentTemplate: Template = (id) => ({
  'src/index.js': `import { CodedError, defineAgent, oneLine, PATHS } from '@nemoclaw/plugin-api';

const VERSION = '0.1.0';
const PROGRAM = '/opt/${id}/gateway.mjs';
/** The agent itself: a gateway on loopback that speaks OpenAI's chat completions and asks the sandbox's model. */
const GATEWAY = \`import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const { token, model, baseUrl, port } = JSON.parse(readFileSync(process.env.AGENT_CONFIG, 'utf8'));
createServer(async (request, response) => {
  const end = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/health') return end(200, { ok: true });
  if (request.headers.authorization !== 'Bearer ' + token) return end(401, { error: 'no' });
  const { messages } = JSON.parse(Buffer.concat(await request.toArray()));
  const answer = await fetch(baseUrl + '/chat/completions', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model, messages }),
  }).catch((error) => ({ ok: false, status: 502, json: async () => ({ error: String(error) }) }));
  end(answer.ok ? 200 : 502, await answer.json());
}).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
\`;
const health = { path: '/health', status: 200, field: { name: 'ok', equals: true } };

export default defineAgent({
  id: '${id}',
  title: 'A small agent',
  version: VERSION,
  memoryBytes: 256 * 1024 ** 2,
  profiles: [{ id: 'compact', promptTokens: 200, answerTokens: 512 }],
  isolation: [{ mode: 'shared', memoryBytes: 0, note: 'it has no tools of its own' }],
  image: ({ base }) => ({
    dockerfile: \`FROM \${base}\\nCOPY gateway.mjs \${PROGRAM}\\n\`,
    files: [{ path: 'gateway.mjs', content: GATEWAY, mode: 0o644 }],
    buildArgs: {},
    hostNetwork: false,
  }),
  configure: ({ model, token }) => ({
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
  }),
  chat: async ({ turns, token, ingressUrl, onText }, signal) => {
    const answer = await fetch(\`\${ingressUrl}/v1/chat/completions\`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: \`Bearer \${token}\` },
      body: JSON.stringify({ messages: turns }),
      signal,
    });
    const text = await answer.text();
    const said = () => oneLine(text.split('\\n')[0]).replaceAll(token, '…');
    if (!answer.ok) throw new CodedError('CHAT_FAILED', { message: \`The agent answered \${answer.status}: \${said()}\` });
    const choice = JSON.parse(text).choices?.[0];
    if (!choice) throw new CodedError('CHAT_FAILED', { message: \`The agent gave no answer: \${said()}\` });
    onText?.(choice.message.content);
    return { text: choice.message.content, finishReason: choice.finish_reason ?? 'stop' };
  },
  ping: { path: '/health', status: 200 },
});
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
