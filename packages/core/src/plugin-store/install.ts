import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { codedError } from '../errors/index.ts';
import { bringing, judgeCommands } from './commands.ts';
import { type Consent, obtainConsent } from './consent.ts';
import { type Candidate, refuseBroken, type StoreContext } from './context.ts';
import { hashFiles } from './files-hash.ts';
import { judgeManifest, refuseMismatch } from './gate.ts';
import { readIndex } from './index-file.ts';
import { verifyFiles } from './installed.ts';
import { npmInstall, npmView } from './npm.ts';
import { type PluginSpec, parseSpec } from './spec.ts';
import { lockedPackage, makeStaging, moveIn, newHome, onlyDependency, readDocument } from './staging.ts';
import type { PluginChange } from './store.ts';

export interface InstallInput {
  signal?: AbortSignal;
  consent: Consent;
  /** Folder that the path of a tarball is relative to. */
  cwd: string;
}

const withoutUserInfo = (address: string): string => address.replace(/^(\w+(?:\+\w+)?:\/\/)[^/@]*@/, '$1');

export const createInstaller = (
  context: StoreContext,
): ((text: string, input: InstallInput) => Promise<PluginChange>) => {
  const { options, paths, now, locked, reports, offerOf, taken, commit } = context;

  /** What was installed is judged again by what is really there. */
  const judgeStaged = async (staging: string, name: string, promised: Record<string, unknown> | undefined) => {
    const root = join(staging, 'node_modules', name);
    const document = await readDocument(root);
    if (promised) refuseMismatch(promised, document);
    const manifest = judgeManifest(document, { plugins: await reports() });
    await refuseBroken(root, manifest, 'installed');
    const commands = await judgeCommands(root, document, await taken(name));
    return { manifest, document, commands };
  };

  const put = async (staging: string, spec: string, candidate: Candidate): Promise<PluginChange> => {
    const { manifest, integrity, source } = candidate;
    const { name, version } = manifest;
    const filesHash = await hashFiles(staging);
    const entries = await readIndex(paths);
    const before = entries.find((entry) => entry.name === name);
    const folder = newHome(name, version);
    await moveIn(paths, staging, folder);
    const current = {
      source: 'installed' as const,
      version,
      spec,
      folder,
      origin: source,
      ...(integrity === undefined ? {} : { integrity }),
      filesHash,
      at: now().toISOString(),
    };
    // The same version again is a repair: what it was repaired from is nothing to go back to.
    const earlier = before?.current.version === version ? before.previous : before?.current;
    const previous = earlier?.source === 'installed' ? { previous: earlier } : {};
    await commit([...entries.filter((entry) => entry.name !== name), { name, current, ...previous }]);
    return {
      name,
      version,
      outcome: 'installed',
      ...bringing(candidate.commands),
      ...(before === undefined ? {} : { replaced: before.current.version }),
    };
  };

  const staged = async <T>(work: (staging: string) => Promise<T>): Promise<T> => {
    const staging = await makeStaging(paths);
    try {
      return await work(staging);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  };

  const unchanged = async (candidate: Candidate): Promise<PluginChange | undefined> => {
    const { name, version } = candidate.manifest;
    const current = (await readIndex(paths)).find((entry) => entry.name === name)?.current;
    if (current?.source !== 'installed' || current.version !== version || current.integrity !== candidate.integrity)
      return undefined;
    const state = await verifyFiles(paths, name, current);
    return state.diagnosis === 'ok' ? { name, version, outcome: 'unchanged' } : undefined;
  };

  const fromRegistry = async (spec: PluginSpec & { type: 'registry' }, input: InstallInput) => {
    const npm = { env: options.env, cwd: input.cwd, ...(input.signal ? { signal: input.signal } : {}) };
    const { name, version, document, tarball, integrity } = await npmView(spec.text, npm);
    const manifest = judgeManifest(document, { plugins: await reports() });
    const candidate = { manifest, document, source: withoutUserInfo(tarball), integrity };
    const same = await unchanged(candidate);
    if (same) return same;
    await obtainConsent(await offerOf(candidate), input.consent);
    return locked(`plugins install ${spec.text}`, input.signal, () =>
      staged(async (staging) => {
        await npmInstall(`${name}@${version}`, { ...npm, cwd: staging });
        const real = await lockedPackage(staging, name);
        if (real.integrity !== integrity)
          throw codedError('PLUGIN_INTEGRITY_MISMATCH', {
            message: `The registry promised ${integrity} for ${name}@${version}; npm got ${real.integrity ?? 'nothing'}.`,
            plugin: `${name}@${version}`,
          });
        const { commands } = await judgeStaged(staging, name, document);
        return put(staging, spec.text, { ...candidate, commands });
      }),
    );
  };

  /** A tarball or a git address says what it is only once it is unpacked: in the staging folder, where nothing reads it. */
  const fromSource = (spec: string, source: string, input: InstallInput) =>
    locked(`plugins install ${spec}`, input.signal, () =>
      staged(async (staging) => {
        await npmInstall(source, { env: options.env, cwd: staging, ...(input.signal ? { signal: input.signal } : {}) });
        const name = await onlyDependency(staging);
        const { manifest, document, commands } = await judgeStaged(staging, name, undefined);
        const { integrity } = await lockedPackage(staging, name);
        const candidate = {
          manifest,
          document,
          source: withoutUserInfo(source),
          commands,
          ...(integrity === undefined ? {} : { integrity }),
        };
        const same = await unchanged(candidate);
        if (same) return same;
        await obtainConsent(await offerOf(candidate), input.consent);
        return put(staging, spec, candidate);
      }),
    );

  return (text, input) => {
    const spec = parseSpec(text);
    switch (spec.type) {
      case 'registry':
        return fromRegistry(spec, input);
      case 'tarball':
        return fromSource(spec.text, resolve(input.cwd, spec.path), input);
      case 'git':
        if (options.allowGit) return fromSource(spec.text, spec.text, input);
        throw codedError('PLUGIN_SOURCE_REFUSED', { message: `${withoutUserInfo(spec.text)} is a git address.` });
    }
  };
};
