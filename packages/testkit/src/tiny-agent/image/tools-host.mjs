// Runs the tiny agent's commands as the uid that it has itself: `tools-host.mjs <own port> <gateway's port> <code>`.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';

const [port, gateway, code] = process.argv.slice(2);
const server = createServer(async (request, response) => {
  if (request.method !== 'POST') return response.end();
  let command = '';
  for await (const chunk of request) command += chunk;
  execFile('/bin/sh', ['-c', command], { timeout: 60_000 }, (error, stdout, stderr) =>
    response.end(`${stdout}${stderr}${error?.code ? `exit ${error.code}` : ''}`),
  );
});
server.listen(Number(port), '127.0.0.1', async () => {
  const joined = await fetch(`http://127.0.0.1:${gateway}/tools/join`, { method: 'POST', body: code });
  if (!joined.ok) process.exit(1);
});
