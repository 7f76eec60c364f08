import { FRONT_DOOR_PASS, PORTS } from '@nemoclaw/plugin-api';

/** A program for the agent's container: a front door that passes everything on to a gateway that says who asked. */
export const agentProgram = `
const http = require('node:http');
const gateway = http.createServer((req, res) => res.end('agent: ' + req.method + ' ' + req.url));
require('node:net').createServer((socket) => {
  socket.on('error', () => {}).write(${JSON.stringify(FRONT_DOOR_PASS)});
  gateway.emit('connection', socket);
}).listen(${PORTS.frontDoor}, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
`;

/** A program that asks inference.local as the agent would, and prints status and body. Arguments: method, path. */
export const callInference = `
const https = require('node:https');
const [method, path] = process.argv.slice(1);
const body = method === 'POST' ? '{}' : undefined;
const headers = { authorization: 'Bearer of-the-agent', 'content-type': 'application/json' };
const req = https.request({ host: 'inference.local', method, path, headers, ca: process.env.CA }, async (res) => {
  let text = '';
  for await (const chunk of res) text += chunk;
  console.log(JSON.stringify({ status: res.statusCode, text }));
});
req.on('error', (error) => console.log(JSON.stringify({ status: 0, text: error.code })));
req.end(body);
`;

/** A program that connects over TCP and prints \`open\` or the error's code. Arguments: host, port. */
export const connectTo = `
const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port), timeout: 1500 });
const say = (what) => { console.log(what); process.exit(0); };
socket.on('connect', () => say('open')).on('timeout', () => say('timeout')).on('error', (error) => say(error.code));
`;
