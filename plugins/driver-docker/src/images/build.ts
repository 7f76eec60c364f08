import { CodedError, type Driver, type ImageRecipe } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { jsonLines } from '../streams/json-lines.ts';
import { packArchive } from '../volumes/archive.ts';
import { findImage } from './images.ts';
import { progressLines, streamError } from './progress.ts';
import { labelStages } from './stages.ts';

const TAIL_LINES = 20;
const DOCKERFILE = 'Dockerfile';

/**
 * With the engine's classic builder, which needs no session and works the same everywhere. Containers of steps go, failed
 * ones as well, and closing the connection cancels the build; cached layers stay.
 */
export const createBuildImage = (engine: Engine): Driver['buildImage'] => {
  return async (recipe, onProgress, { signal } = {}) => {
    const context = await packArchive([
      {
        path: DOCKERFILE,
        type: 'file',
        content: labelStages(recipe.dockerfile, recipe.labels),
        mode: 0o644,
        uid: 0,
        gid: 0,
      },
      ...recipe.files.map((file) => ({ type: 'file' as const, uid: 0, gid: 0, mode: 0o644, ...file })),
    ]);
    const tail: string[] = [];
    const spec = {
      operation: 'build image',
      object: recipe.tag,
      answer: 'stream',
      timeoutMs: engine.budgets.build,
      signal,
    } as const;
    await engine.call(spec, async (docker) => {
      const lines = progressLines((line) => {
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        onProgress(line);
      });
      const stream = await docker.buildImage(context as never, buildOptions(recipe));
      for await (const event of jsonLines(stream as AsyncIterable<Buffer>)) {
        lines.take(event);
        const failure = streamError(event);
        if (failure === undefined) continue;
        lines.end();
        throw buildFailure(recipe, failure, tail);
      }
      lines.end();
    });
    const image = await findImage(engine, recipe.tag, signal);
    if (image) return image;
    throw buildFailure(recipe, 'the build ended without an image', tail);
  };
};

const buildOptions = (recipe: ImageRecipe) => ({
  version: '1' as const,
  t: recipe.tag,
  dockerfile: DOCKERFILE,
  rm: true,
  forcerm: true,
  buildargs: recipe.buildArgs,
  labels: recipe.labels,
  ...(recipe.hostNetwork ? { networkmode: 'host' } : {}),
  ...(recipe.target === undefined ? {} : { target: recipe.target }),
});

const SMELLS_OF_TLS =
  /certificate|self[- ]signed|SSL routines|\bSSL(?:Error|_ERROR|V3)|x509|unable to get (?:local )?issuer|CERT_/i;

/** A full disk is the engine's trouble and mapped there, by its message; all else is the build's. */
const buildFailure = (recipe: ImageRecipe, message: string, tail: string[]): Error => {
  if (/no space left on device/i.test(message) || tail.some((line) => /no space left on device/i.test(line))) {
    return new Error(`no space left on device (${message})`);
  }
  const tls = SMELLS_OF_TLS.test(message) || tail.some((line) => SMELLS_OF_TLS.test(line));
  return new CodedError('IMAGE_BUILD_FAILED', {
    message: `Could not build image ${recipe.tag}: ${message}`,
    hint: tls
      ? 'A certificate was not trusted inside the build. Behind a proxy that inspects TLS, set NEMOCLAW_BUILD_CA to a PEM file with its CA.'
      : 'The last lines of the build are in the details; a network failure is worth a second try.',
    details: {
      operation: 'build image',
      object: recipe.tag,
      status: 200,
      engineMessage: message,
      lastLines: [...tail],
    },
  });
};
