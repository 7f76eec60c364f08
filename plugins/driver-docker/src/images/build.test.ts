import { json, refusal, type ScriptedEngine, startScriptedEngine, stream } from '@nemoclaw/testkit/scripted-engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/call.ts';
import { createBuildImage } from './build.ts';
import { createImages } from './images.ts';

let scripted: ScriptedEngine;
beforeEach(async () => {
  scripted = await startScriptedEngine();
});
afterEach(() => scripted.close());

const engine = () => createEngine({ kind: 'socket', path: scripted.socketPath, source: 'test' });
const recipe = {
  tag: 't:1',
  dockerfile: 'FROM x',
  files: [],
  buildArgs: { A: 'b' },
  labels: { l: '1' },
  hostNetwork: true,
};
const image = { Id: 'sha256:1', RepoTags: ['t:1'], Architecture: 'amd64', Size: 1, Config: { Labels: { l: '1' } } };
const line = (text: string) => `${JSON.stringify({ stream: `${text}\n` })}\r\n`;
const failed = (message: string) => `${JSON.stringify({ errorDetail: { message }, error: message })}\r\n`;
const build = (seen: string[] = []) => createBuildImage(engine())(recipe, (text) => seen.push(text));

describe('buildImage', () => {
  it('asks for the classic builder, clean-up and the host’s network', async () => {
    scripted.on('POST', '/build', stream([line('Step 1')])).on('GET', '/images/t:1/json', json(200, image));
    const seen: string[] = [];
    expect(await build(seen)).toMatchObject({ id: 'sha256:1', labels: { l: '1' } });
    expect(seen).toEqual(['Step 1']);
    expect(Object.fromEntries(scripted.requests[0]?.query ?? [])).toMatchObject({
      version: '1',
      t: 't:1',
      rm: 'true',
      forcerm: 'true',
      networkmode: 'host',
      buildargs: '{"A":"b"}',
      labels: '{"l":"1"}',
    });
  });

  it('finds the failure inside the progress, with the last lines', async () => {
    const all = Array.from({ length: 30 }, (_, index) => line(`line ${index}`));
    scripted.on('POST', '/build', stream([...all, failed('the command returned 1')]));
    const error = await build().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'IMAGE_BUILD_FAILED', details: { engineMessage: 'the command returned 1' } });
    const { lastLines } = (error as { details: { lastLines: string[] } }).details;
    expect([lastLines.length, lastLines[0], lastLines.at(-1)]).toEqual([20, 'line 10', 'line 29']);
  });

  it.each([
    'npm error code SELF_SIGNED_CERT_IN_CHAIN',
    'ssl.SSLCertVerificationError: certificate verify failed',
    'curl: (60) SSL certificate problem: unable to get local issuer certificate',
  ])('points at NEMOCLAW_BUILD_CA after %j', async (text) => {
    scripted.on('POST', '/build', stream([line(text), failed('the command returned 1')]));
    await expect(build()).rejects.toMatchObject({ hint: expect.stringContaining('NEMOCLAW_BUILD_CA') });
  });

  it('does not blame certificates for other failures', async () => {
    scripted.on('POST', '/build', stream([line('gcc: error'), failed('the command returned 1')]));
    await expect(build()).rejects.toMatchObject({ hint: expect.not.stringContaining('NEMOCLAW_BUILD_CA') });
  });

  it('says that the disk is full', async () => {
    scripted.on('POST', '/build', stream([line('dpkg: error: No space left on device'), failed('returned 2')]));
    await expect(build()).rejects.toMatchObject({ code: 'ENGINE_DISK_FULL' });
  });

  it('does not take an end without an image for success', async () => {
    scripted
      .on('POST', '/build', stream([line('Step 1')]))
      .on('GET', '/images/t:1/json', refusal(404, 'No such image'));
    await expect(build()).rejects.toMatchObject({ code: 'IMAGE_BUILD_FAILED' });
  });

  it('reports a connection that broke in the middle', async () => {
    scripted.on('POST', '/build', stream([line('Step 1')], 'cut'));
    await expect(build()).rejects.toMatchObject({ code: 'ENGINE_NOT_RUNNING' });
  });

  it('reports progress that is not JSON', async () => {
    scripted.on('POST', '/build', stream(['<html>\n']));
    await expect(build()).rejects.toMatchObject({ code: 'ENGINE_ERROR' });
  });
});

describe('pullImage', () => {
  const pull = () => createImages(engine()).pullImage('a/b:1', () => {});

  it('finds the failure inside the progress', async () => {
    scripted.on('POST', '/images/create', stream([failed('manifest for a/b:1 not found: manifest unknown')]));
    await expect(pull()).rejects.toMatchObject({ code: 'ENGINE_NOT_FOUND' });
  });

  it('keeps a failing network apart from a missing image', async () => {
    scripted.on('POST', '/images/create', stream([failed('dial tcp: lookup registry: i/o timeout')]));
    await expect(pull()).rejects.toMatchObject({ code: 'ENGINE_ERROR' });
  });
});

describe('findImage', () => {
  it.each(['../containers/json', 'a?b', 'a b', ''])('refuses %j, which would be another request', async (reference) => {
    await expect(createImages(engine()).findImage(reference)).rejects.toMatchObject({ code: 'ENGINE_ERROR' });
    expect(scripted.requests).toEqual([]);
  });
});
