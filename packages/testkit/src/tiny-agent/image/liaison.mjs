// Speaks for the tiny agent's tools with its gateway, with the gateway's uid: `check`, `admit`, `admit --anew`.
import { readFileSync } from 'node:fs';

const { port, token } = JSON.parse(readFileSync('/etc/nemoclaw/agent/tiny.json', 'utf8'));
const [question] = process.argv.slice(2);
const [method, path] = question === 'check' ? ['GET', '/tools'] : ['POST', '/tools/code'];
const reply = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
console.log(JSON.stringify(await reply.json()));
