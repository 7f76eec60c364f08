// The tiny agent's gateway: health pages, and a chat that may run commands. What it shall do wrong (misbehaviour.ts) is
// ordered by its configuration, or by the file `misbehave.json` in its home, which goes before.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const VERSION = '1.0.0';
const ORDERS = '/home/gateway/misbehave.json';
const MAX_ROUNDS = 8;

const readConfig = () => {
  try {
    const config = JSON.parse(readFileSync('/etc/nemoclaw/agent/tiny.json', 'utf8'));
    if (!config.token) throw new Error('no token');
    return config;
  } catch (error) {
    console.error(`configuration refused: ${error.message}`);
    return process.exit(78);
  }
};
const config = readConfig();
const wrong = existsSync(ORDERS) ? JSON.parse(readFileSync(ORDERS, 'utf8')) : config.misbehave;
if (wrong.refuseConfig) {
  console.error('configuration refused, as it was told to');
  process.exit(78);
}
if (wrong.crashAfterMs !== null)
  setTimeout(() => {
    console.error('crashing, as it was told to');
    process.exit(1);
  }, wrong.crashAfterMs);

let startedAt = performance.now();
let running = 0;
let draining = false;
/** A code for a tools' process, good once; and whether one was let in with it. */
let code;
let admitted = false;

const locally = (command) =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', command], { timeout: 60_000, cwd: '/workspace' }, (error, stdout, stderr) =>
      resolve(`${stdout}${stderr}${error?.code ? `exit ${error.code}` : ''}`),
    );
  });
const byToolsHost = async (command) => {
  if (!admitted) return 'failed: the tools are not there';
  const reply = await fetch(`http://127.0.0.1:${config.toolsPort}/`, { method: 'POST', body: command }).catch(
    () => null,
  );
  return reply?.ok ? reply.text() : 'failed: the tools did not answer';
};
const run = (command) => (config.toolsPort === null ? locally(command) : byToolsHost(command));

const TOOLS = [
  {
    type: 'function',
    function: { name: 'run', parameters: { type: 'object', properties: { command: { type: 'string' } } } },
  },
];
const think = async (messages) => {
  const reply = await fetch(`${config.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer unused' },
    body: JSON.stringify({ model: config.model, messages, tools: TOOLS, max_tokens: config.answerTokens }),
  });
  if (!reply.ok) throw new Error(`the model answered ${reply.status}`);
  return (await reply.json()).choices[0].message;
};
const answerTo = async (messages) => {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const message = await think(messages);
    if (!message.tool_calls?.length) return message.content ?? '';
    messages = [...messages, message];
    for (const { id, function: called } of message.tool_calls) {
      const { command } = JSON.parse(called.arguments);
      messages.push({ role: 'tool', tool_call_id: id, content: await run(command) });
    }
  }
  throw new Error(`no answer after ${MAX_ROUNDS} rounds of commands`);
};

const bodyOf = async (request) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};
const send = (response, status, body) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...(draining ? { connection: 'close' } : {}) })
    .end(JSON.stringify(body));
const refuse = (response, status, message) => send(response, status, { error: { message } });

const chat = async (request, response) => {
  if (draining) return refuse(response, 503, 'draining');
  const { messages, stream } = JSON.parse(await bodyOf(request));
  const content = await answerTo(messages);
  if (!stream)
    return send(response, 200, { choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }] });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const event = (choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
  for (const word of content.match(/\S+\s*|\s+/g) ?? []) response.write(event({ delta: { content: word } }));
  response.end(`${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
};

const toolsAnswer = async () => {
  const reply = admitted ? await fetch(`http://127.0.0.1:${config.toolsPort}/`).catch(() => null) : null;
  return { ready: reply?.ok === true, detail: reply?.ok ? 'the tools are there' : 'the tools are not there' };
};

// Streams without end: for whoever wants to see what becomes of them. They are not waited for when it stops.
const TICK_MS = 50;
const streams = new Set();
const events = (_request, response) => {
  running -= 1;
  streams.add(response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => response.write('data: tick\n\n'), TICK_MS);
  response.once('close', () => {
    running += 1;
    streams.delete(response);
    clearInterval(timer);
  });
};
const socketOf = (request, socket) => {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  streams.add(socket);
  const timer = setInterval(() => socket.write(Buffer.from([0x81, 4, ...Buffer.from('tick')])), TICK_MS);
  socket.on('error', () => {});
  // A client's close frame is answered by one; whatever else it says is nothing to us.
  socket.on('data', (frame) => {
    if ((frame[0] & 0x0f) === 8) socket.end(Buffer.from([0x88, 0]));
  });
  socket.once('close', () => {
    streams.delete(socket);
    clearInterval(timer);
  });
};

const health = (response, body) =>
  wrong.neverHealthy ? refuse(response, 503, 'not healthy, as it was told to') : send(response, 200, body);
const PAGES = {
  'GET /healthz': (_request, response) => health(response, { status: 'ok', version: VERSION }),
  'GET /startupz': (_request, response) =>
    health(response, { status: 'started', uptimeMs: Math.round(performance.now() - startedAt) }),
  'GET /events': events,
  'GET /readyz': (_request, response) => health(response, { ready: true }),
  // With its code instead of the token: the tools have no other secret.
  'POST /tools/join': async (request, response) => {
    if (code === undefined || (await bodyOf(request)) !== code) return refuse(response, 403, 'that code is not good');
    code = undefined;
    admitted = true;
    return send(response, 200, {});
  },
};
const GUARDED = {
  'POST /v1/chat/completions': chat,
  'GET /tools': async (_request, response) => send(response, 200, await toolsAnswer()),
  'POST /tools/code': (_request, response) => {
    admitted = false;
    code = randomBytes(16).toString('hex');
    return send(response, 200, { args: [code] });
  },
};

const server = createServer(async (request, response) => {
  running += 1;
  response.once('close', () => {
    running -= 1;
  });
  const page = `${request.method} ${request.url}`;
  try {
    if (PAGES[page]) await PAGES[page](request, response);
    else if (request.headers.authorization !== `Bearer ${config.token}`) refuse(response, 401, 'another token');
    else if (GUARDED[page]) await GUARDED[page](request, response);
    else refuse(response, 404, `no ${request.url} here`);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, error.message);
  }
});
server.on('upgrade', socketOf);
const listen = () => {
  if (!wrong.neverOpen) server.listen(config.port, '127.0.0.1');
};
const drained = async () => {
  draining = true;
  while (running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
    for (const stream of streams) stream.destroy();
  });
  draining = false;
};

process.on('SIGTERM', () => {
  if (wrong.ignoreStop) console.error('told to stop, and told to ignore it');
  else void drained().then(() => process.exit(0));
});
process.on('SIGUSR2', () => {
  void drained().then(() => {
    startedAt = performance.now();
    listen();
  });
});
if (wrong.dropAfterMs !== null)
  setTimeout(() => {
    server.close();
    server.closeAllConnections();
  }, wrong.dropAfterMs);
// Whatever it is told to do wrong, it lives until it is ended.
setInterval(() => {}, 60_000);
listen();
