/** Programs that run inside the sandbox through the supervisor's launcher; each prints one line of JSON. */

/** Opens a connection to the front door every 40 ms for `argv[1]` ms and counts what came back. */
export const HAMMER = `
const net = require('net');
const until = Date.now() + Number(process.argv[1]);
const seen = { total: 0, answered: 0, unpassed: 0, broken: 0, slowestMs: 0 };
let open = 0;
const report = () => { if (open === 0 && Date.now() > until) { console.log(JSON.stringify(seen)); process.exit(0); } };
const one = () => {
  open++; seen.total++;
  const begin = Date.now();
  let text = '';
  const socket = net.connect(18000, '127.0.0.1');
  socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n');
  socket.on('data', (chunk) => { text += chunk; });
  socket.on('error', () => {});
  socket.on('close', () => {
    open--;
    seen.slowestMs = Math.max(seen.slowestMs, Date.now() - begin);
    if (!text.startsWith('NEMOCLAW/1 pass\\n')) seen.unpassed++;
    else if (/^HTTP\\/1.1 200 [^]*gateway \\d+/.test(text.slice(16))) seen.answered++;
    else seen.broken++;
    report();
  });
};
const timer = setInterval(() => { if (Date.now() > until) { clearInterval(timer); report(); } else one(); }, 40);
`;

/** Takes the gateway's port as soon as it is free, says that it started, and tells of every request. */
export const SQUATTER = `
const net = require('net');
const options = JSON.parse(process.argv[1]);
const server = net.createServer((socket) => {
  socket.on('data', (chunk) => { require('fs').writeSync(1, 'request ' + JSON.stringify(String(chunk)) + '\\n'); });
  socket.end('HTTP/1.1 200 OK\\r\\n\\r\\n{"status":"started"}');
});
server.on('listening', () => { require('fs').writeSync(1, 'bound\\n'); });
server.on('error', () => setTimeout(() => server.listen(options), 5));
server.listen(options);
`;

/** Connects to a unix socket and prints the kernel's word for how that went. */
export const DIAL_UNIX = `
const socket = require('net').connect(process.argv[1]);
socket.on('connect', () => { console.log('open'); process.exit(0); });
socket.on('error', (error) => { console.log(error.code); });
`;

/** Opens `argv[1]` connections to the front door, at most `argv[2]` of them at a time, and counts what came back. */
export const BURST = `
const net = require('net');
const [total, atOnce] = process.argv.slice(1).map(Number);
const seen = { total, answered: 0, refused: 0, broken: 0, ms: 0 };
const begin = Date.now();
let begun = 0;
let open = 0;
const one = () => {
  begun++; open++;
  let text = '';
  const socket = net.connect(18000, '127.0.0.1');
  socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n');
  socket.on('data', (chunk) => { text += chunk; });
  socket.on('error', () => {});
  socket.on('close', () => {
    open--;
    if (text === '') seen.refused++;
    else if (/^NEMOCLAW\\/1 pass\\nHTTP\\/1.1 200 [^]*gateway \\d+/.test(text)) seen.answered++;
    else seen.broken++;
    next();
  });
};
const next = () => {
  while (begun < total && open < atOnce) one();
  if (open > 0 || begun < total) return;
  seen.ms = Date.now() - begin;
  console.log(JSON.stringify(seen));
  process.exit(0);
};
next();
`;

/** What the supervisor has open and holds in memory; `argv[1]` ms long the most of it, then what is left. To be run as root. */
export const APPETITE = `
const fs = require('fs');
const read = (path) => { try { return fs.readFileSync(path, 'utf8'); } catch { return ''; } };
const pid = fs.readdirSync('/proc').find((name) => /^\\d+$/.test(name) && /^[^\\0]*node\\0[^\\0]*supervisor.mjs\\0run/.test(read('/proc/' + name + '/cmdline')));
const descriptors = () => fs.readdirSync('/proc/' + pid + '/fd').length;
const megabytes = () => Math.round(Number(/VmRSS:\\s+(\\d+)/.exec(read('/proc/' + pid + '/status'))[1]) / 1024);
const most = { descriptors: 0, megabytes: 0 };
const until = Date.now() + Number(process.argv[1]);
const look = () => {
  most.descriptors = Math.max(most.descriptors, descriptors());
  most.megabytes = Math.max(most.megabytes, megabytes());
  if (Date.now() < until) return setTimeout(look, 10);
  console.log(JSON.stringify({ most, left: { descriptors: descriptors() } }));
};
look();
`;
