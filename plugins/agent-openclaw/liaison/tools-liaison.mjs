// Runs in the sandbox as the gateway's uid, one question at a time: whether the tools' node host is connected (`check`),
// or what it needs to be let in (`admit`, `admit --anew`). Reads the gateway's token from the sealed configuration and
// gives it to nobody; what it prints is for everybody.
import { readFileSync } from 'node:fs';

const CONFIG = process.env.OPENCLAW_CONFIG_PATH ?? '/etc/nemoclaw/agent/openclaw.json';
const NODE_NAME = 'tools';
const COMMAND = 'system.run';
const CALL_MS = 15_000;

const { port, auth } = JSON.parse(readFileSync(CONFIG, 'utf8')).gateway;

/** @returns {Promise<{call(method: string, params: object): Promise<any>, close(): void}>} */
const connect = () =>
  new Promise((resolve, reject) => {
    const url = `ws://127.0.0.1:${port}`;
    const socket = new WebSocket(url);
    const pending = new Map();
    let count = 0;
    const fail = (error) => {
      reject(error);
      for (const { reject: refuse } of pending.values()) refuse(error);
    };
    const call = (method, params) =>
      new Promise((done, refuse) => {
        const id = `liaison-${++count}`;
        const timer = setTimeout(() => refuse(new Error(`${method} was not answered`)), CALL_MS);
        const settle = (work) => (value) => {
          clearTimeout(timer);
          work(value);
        };
        pending.set(id, { resolve: settle(done), reject: settle(refuse) });
        socket.send(JSON.stringify({ type: 'req', id, method, params }));
      });
    socket.addEventListener('error', () => fail(new Error('the gateway cannot be reached')));
    socket.addEventListener('close', () => fail(new Error('the gateway closed the connection')));
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.type === 'event' && message.event === 'connect.challenge') {
        call('connect', {
          minProtocol: 4,
          maxProtocol: 4,
          client: { id: 'gateway-client', mode: 'backend', version: '1', platform: 'linux' },
          role: 'operator',
          scopes: ['operator.admin'],
          caps: [],
          commands: [],
          permissions: {},
          auth: { token: auth.token },
        }).then(() => resolve({ call, close: () => socket.close() }), reject);
        return;
      }
      const waiting = message.type === 'res' ? pending.get(message.id) : undefined;
      if (!waiting) return;
      pending.delete(message.id);
      if (message.ok) waiting.resolve(message.payload);
      else waiting.reject(new Error(message.error?.message ?? 'the gateway refused'));
    });
  });

const isTools = (entry) => (entry.displayName ?? entry.name) === NODE_NAME;

const check = async ({ call }) => {
  const { nodes = [] } = await call('node.list', {});
  const connected = nodes.filter((node) => isTools(node) && node.connected);
  // Two of them make the agent's commands ambiguous, and so fail.
  if (connected.length > 1) return { ready: false, detail: `${connected.length} node hosts are connected` };
  const [node] = connected;
  if (!node) return { ready: false, detail: 'the node host is not connected' };
  const able = (node.commands ?? []).includes(COMMAND);
  return { ready: able, detail: able ? 'the node host is connected' : `the node host may not ${COMMAND}` };
};

const admit = async ({ call }, anew) => {
  const { nodes = [] } = await call('node.list', {});
  const known = nodes.filter((node) => isTools(node) && node.paired !== false);
  if (known.length === 1 && !anew) return { args: [] };
  // A code is only made when it is needed: what was let in before goes, or there would be two of the same name.
  for (const { nodeId } of known) {
    await call('node.pair.remove', { nodeId }).catch(() => {});
    await call('device.pair.remove', { deviceId: nodeId }).catch(() => {});
  }
  const { setupCode } = await call('device.pair.setupCode', {
    bootstrapProfile: 'node',
    includeQr: false,
    publicUrl: `ws://127.0.0.1:${port}`,
  });
  // Not `--pair-if-needed`: that prefers a credential of before, which is refused now, and then waits for a person.
  return { args: ['--pair', setupCode] };
};

const [question, option] = process.argv.slice(2);
try {
  const gateway = await connect();
  const answer =
    question === 'check'
      ? await check(gateway)
      : question === 'admit'
        ? await admit(gateway, option === '--anew')
        : null;
  if (answer === null) throw new Error('check, admit or admit --anew');
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`, () => process.exit(1));
}
