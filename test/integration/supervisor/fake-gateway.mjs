// A gateway of thirty lines: what a real one does to its supervisor, in a fraction of the time.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

if (existsSync('/workspace/refuse')) process.exit(78);
if (existsSync('/workspace/crash')) process.exit(3);

let begin = Date.now();
let server;
const answer = (request, response) => {
  if (request.url === '/crash') process.exit(3);
  if (request.url === '/healthz') return response.end('{"ok":true}');
  if (request.url === '/startupz')
    return response.end(JSON.stringify({ status: 'started', uptimeMs: Date.now() - begin }));
  response.end(`gateway ${process.pid}`);
};
const listen = () => {
  begin = Date.now();
  server = createServer(answer);
  server.listen(18789, '127.0.0.1', () => console.log('listening'));
};
const stop = (then) => {
  server.close();
  server.closeIdleConnections();
  setTimeout(then, 700);
};
process.on('SIGTERM', () => stop(() => process.exit(0)));
process.on('SIGUSR2', () => stop(listen));
setTimeout(listen, 200);
