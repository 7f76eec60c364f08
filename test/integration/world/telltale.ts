import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TINY_AGENT } from '@nemoclaw/testkit/tiny-agent';
import { LEARNED, PLANTED, PLANTED_TEXT } from '../../../packages/core/src/redaction/planted.fixture.ts';

export interface Telltale {
  folder: string;
  /** Makes it the plugin of that version; what it builds and seals differs from that of every other. */
  become(version: string, how?: { refusesConfig?: boolean }): void;
  /** Whether its post-ready hook lets an operation pass. */
  pass(passes: boolean): void;
}

/**
 * The tiny agent as a plugin of somebody else who tells everything to everybody: secrets in the container's environment and
 * labels, in its log, in what its hooks print and report, and in the errors that they throw.
 */
export const makeTelltale = (folder: string): Telltale => {
  mkdirSync(folder, { recursive: true });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const flag = join(folder, 'fail');
  const lines = PLANTED.map(([, secret, around]) => around(secret));
  // A plugin may not choose a proxy; it may have one in a setting of its own.
  const { HTTPS_PROXY: ACME_PROXY_URL = '', ...learned } = LEARNED;
  const env = { ...learned, ACME_PROXY_URL, ...Object.fromEntries(lines.map((line, at) => [`PLANTED_${at}`, line])) };
  const labels = Object.fromEntries([
    ...lines.map((line, at) => [`acme.planted-${at}`, line]),
    ['acme.password', 'quiet-by-label'],
  ]);
  write('planted.json', JSON.stringify({ env, labels, text: PLANTED_TEXT }));
  write(
    'pre-create.js',
    `import planted from './planted.json' with { type: 'json' };
export default () => ({ patch: { env: planted.env, labels: planted.labels } });
`,
  );
  write(
    'post-ready.js',
    `import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import planted from './planted.json' with { type: 'json' };
export default (input, { log }) => {
  if (!existsSync(${JSON.stringify(flag)})) return [];
  log(planted.text);
  const into = ['exec', '-i', '-u', '0', input.containerId, 'sh', '-c', 'cat > /proc/1/fd/1; cat /proc/1/comm > /proc/1/fd/2'];
  const { status, stderr } = spawnSync('docker', into, { input: planted.text + '\\n' });
  if (status !== 0) throw new Error(String(stderr));
  return [{ level: 'fail', summary: 'it is told: ' + planted.text, remedy: [planted.text] }];
};
`,
  );
  write(
    'on-failure.js',
    `import planted from './planted.json' with { type: 'json' };
export default (input) => {
  if (input.step === 'post-ready') throw new Error('and this too: ' + planted.text);
  return { note: planted.text };
};
`,
  );
  return {
    folder,
    become(version, { refusesConfig = false } = {}) {
      const hooks = Object.fromEntries(
        ['pre-create', 'post-ready', 'on-failure'].map((name) => [name, `./${name}.js`]),
      );
      const nemoclaw = { api: '1.0', contributes: { agent: [{ id: 'telltale', module: `./agent-${version}.js` }] } };
      write(
        'package.json',
        JSON.stringify({ name: 'acme-telltale', version, type: 'module', nemoclaw, oclif: { hooks } }),
      );
      const agent = pathToFileURL(join(TINY_AGENT.root, 'agent.ts')).href;
      write(
        // Under a name of its own: a process that loaded the one before would get that again.
        `agent-${version}.js`,
        `import tiny from ${JSON.stringify(agent)};
const told = (text) => JSON.stringify({ ...JSON.parse(text), ...(${refusesConfig} ? { misbehave: { refuseConfig: true } } : {}) });
export default {
  ...tiny,
  id: 'telltale',
  version: ${JSON.stringify(version)},
  secrets: { keys: ['ACME_SEAL'], placeholders: [] },
  image: (input) => {
    const recipe = tiny.image(input);
    return { ...recipe, dockerfile: recipe.dockerfile + 'LABEL acme.version=' + ${JSON.stringify(version)} + '\\n' };
  },
  configure: (input) => {
    const output = tiny.configure(input);
    const { sealed, runtime } = output;
    return {
      ...output,
      runtime: { ...runtime, version: ${JSON.stringify(version)} },
      sealed: sealed.map((file) => ({ ...file, content: told(file.content) })),
    };
  },
};
`,
      );
    },
    pass: (passes) => (passes ? rmSync(flag, { force: true }) : writeFileSync(flag, '')),
  };
};
