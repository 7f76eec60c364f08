import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from './cli.ts';
import { freePort } from './port.ts';

export interface Registry {
  url: string;
  /** What makes npm use it, with caches and settings of its own. */
  env: Record<string, string>;
  /** Packs a folder and publishes it; `claim` changes what the registry is told about it. */
  publish(folder: string, claim?: Record<string, unknown>): Promise<void>;
  /** Puts other bytes in the place of a tarball, as somebody between would. */
  spoil(name: string, version: string): Promise<void>;
  /** Publishes a package of this workspace as it would be released. */
  publishWorkspace(folder: string): Promise<void>;
  close(): Promise<void>;
}

const config = (storage: string, upstream: string): string =>
  JSON.stringify({
    storage,
    uplinks: { upstream: { url: upstream, cache: true, timeout: '60s', max_fails: 20 } },
    packages: {
      '@nemoclaw/*': { access: '$all', publish: '$all' },
      '@acme/*': { access: '$all', publish: '$all' },
      'acme-*': { access: '$all', publish: '$all' },
      'my-*': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', format: 'json', level: 'error' },
    max_body_size: '200mb',
  });

/** A registry of our own on loopback with a storage that goes away; what it does not have comes from the host's own one. */
export const startRegistry = async (): Promise<Registry> => {
  const folder = mkdtempSync(join(tmpdir(), 'nemoclaw registry '));
  const upstream = (await execa('npm', ['config', 'get', 'registry'], { cwd: folder })).stdout.trim();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  writeFileSync(join(folder, 'config.yaml'), config(join(folder, 'storage'), upstream));
  const server = execa(
    join(ROOT, 'node_modules/.bin/verdaccio'),
    ['--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
    {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      all: true,
      buffer: false,
    },
  );
  server.all?.resume();
  for (let tries = 0; ; tries++) {
    if ((await fetch(`${url}-/ping`).catch(() => undefined))?.ok) break;
    if (tries > 150) throw new Error('the registry did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  writeFileSync(join(folder, 'npmrc'), `registry=${url}\ncache=${join(folder, 'npm-cache')}\nprogress=false\n`);

  const publishTarball = async (path: string, claim: Record<string, unknown>): Promise<void> => {
    const data = readFileSync(path);
    const document = {
      ...(JSON.parse((await execa('tar', ['-xzOf', path, 'package/package.json'])).stdout) as object),
      ...claim,
    };
    const { name, version } = document as { name: string; version: string } & object;
    const file = `${name.split('/').at(-1)}-${version}.tgz`;
    const dist = {
      integrity: `sha512-${createHash('sha512').update(data).digest('base64')}`,
      shasum: createHash('sha1').update(data).digest('hex'),
      tarball: `${url}${name}/-/${file}`,
    };
    const answer = await fetch(`${url}${name.replace('/', '%2f')}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        _id: name,
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...document, _id: `${name}@${version}`, dist } },
        _attachments: {
          [file]: { content_type: 'application/octet-stream', data: data.toString('base64'), length: data.length },
        },
      }),
    });
    if (!answer.ok) throw new Error(`publishing ${name}@${version}: ${answer.status} ${await answer.text()}`);
  };

  return {
    url,
    // The cache too: below `npm test` a variable names the user's own, and what lies there by its hash is not fetched.
    env: {
      npm_config_userconfig: join(folder, 'npmrc'),
      npm_config_registry: url,
      npm_config_cache: join(folder, 'npm-cache'),
    },
    async publish(source, claim = {}) {
      const target = mkdtempSync(join(folder, 'pack-'));
      const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', target], {
        cwd: source,
      });
      const packed = JSON.parse(stdout) as { filename: string }[] | Record<string, { filename: string }>;
      const [first] = Array.isArray(packed) ? packed : Object.values(packed);
      await publishTarball(join(target, first?.filename.replace('@', '').replace('/', '-') ?? ''), claim);
    },
    async spoil(name, version) {
      // Once it is served, the registry is done with the file: it gives it its name late.
      const served = await fetch(`${url}${name}/-/${name.split('/').at(-1)}-${version}.tgz`);
      if (!served.ok) throw new Error(`the registry does not serve ${name}@${version} (${served.status})`);
      await served.arrayBuffer();
      const tarball = join(folder, 'storage', name, `${name.split('/').at(-1)}-${version}.tgz`);
      const bytes = readFileSync(tarball);
      // The time in gzip's header: it unpacks as before.
      bytes[4] = (bytes[4] ?? 0) ^ 0xff;
      writeFileSync(tarball, bytes);
    },
    async publishWorkspace(source) {
      const target = mkdtempSync(join(folder, 'pack-'));
      const { stdout } = await execa('pnpm', ['pack', '--json', '--pack-destination', target], {
        cwd: join(ROOT, source),
      });
      await publishTarball((JSON.parse(stdout) as { filename: string }).filename, {});
    },
    async close() {
      server.kill();
      await server;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export interface PackageFiles {
  [path: string]: string;
}

/** A package on disk, as its author has it. */
export const writePackage = (folder: string, document: object, files: PackageFiles): string => {
  const all = { 'package.json': JSON.stringify(document, null, 2), ...files };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};
