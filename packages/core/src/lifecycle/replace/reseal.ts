import { type FileEntry, IDS, PATHS } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { objectNames } from '../names.ts';
import { agentConfig } from '../onboard/agent-config.ts';
import { planOf } from '../onboard/data.ts';
import { objectLabels, secretOf } from '../onboard/tools.ts';
import { SECRETS } from '../secrets.ts';
import { sealedFiles } from '../volume-files.ts';
import type { ReplaceData, ReplaceStep, ReplaceTools } from './data.ts';
import { readSupervisorConfig, SUPERVISOR_FILE } from './supervisor-config.ts';

/** What was sealed before, with the gateway's token in it, so it lies among the sandbox's secrets until the commit. */
const backupFile = (data: ReplaceData): string => `sealed-before-${data.generations.agent}.json`;

interface Backup {
  files: FileEntry[];
}

const volumeOf = (data: ReplaceData): string => objectNames(data.name, data.sandboxId).volumes.sealed;

const put = (tools: ReplaceTools, data: ReplaceData, files: FileEntry[], signal: AbortSignal): Promise<void> =>
  tools.driver.putFiles(
    { volume: volumeOf(data), image: data.helperImage, labels: objectLabels(tools, data), files },
    { signal },
  );

/** The files that the supervisor goes by, as they are: which ones, it says itself. */
const sealedNow = async (tools: ReplaceTools, data: ReplaceData, signal: AbortSignal): Promise<FileEntry[]> => {
  const config = await readSupervisorConfig(tools, data, signal);
  const under = (hashes: Record<string, string> | undefined, root: string, folder: string, gid: number) =>
    Object.keys(hashes ?? {}).map((path) => ({ path: path.replace(`${root}/`, `${folder}/`), gid, mode: 0o640 }));
  const named = [
    ...under(config.sealedHashes, PATHS.sealedAgent, 'agent', IDS.gateway),
    ...under(config.sealedToolsHashes, PATHS.sealedTools, 'tools', IDS.tools),
    { path: SUPERVISOR_FILE, gid: 0, mode: 0o400 },
  ];
  const files: FileEntry[] = [];
  for (const { path, gid, mode } of named) {
    const spec = { volume: volumeOf(data), image: data.helperImage, labels: objectLabels(tools, data), path };
    const content = await tools.driver.readFile(spec, { signal });
    if (!content)
      throw codedError('STATE_MISSING', {
        message: `The sealed file ${path} of sandbox ${data.name} is gone.`,
        hint: `\`${tools.services.options.program} ${data.name} recover\` writes it again.`,
      });
    files.push({ path, type: 'file', content: content.toString('utf8'), mode, uid: 0, gid });
  }
  return files;
};

/** Between stop and start: what the new version of the agent wants sealed; undone, what was sealed before is back. */
export const resealStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'configure',
  title: 'Seal the configuration of the new version',
  async run({ data, signal }) {
    const { store } = tools.services;
    if ((await store.readSecret(data.name, backupFile(data))) === undefined) {
      const backup: Backup = { files: await sealedNow(tools, data, signal) };
      await store.writeSecret(data.name, backupFile(data), JSON.stringify(backup));
    }
    const { output } = await agentConfig(tools, data);
    const files = sealedFiles({
      sandboxId: data.sandboxId,
      generation: data.generations.agent,
      groups: planOf(data).groups,
      agent: output,
      caPem: await secretOf(tools, data, SECRETS.caCert),
      nonce: data.nonces.sealed,
    });
    await put(tools, data, files, signal);
  },
  async undo({ data, signal }) {
    const { store } = tools.services;
    const text = await store.readSecret(data.name, backupFile(data));
    if (text === undefined) return;
    await put(tools, data, (JSON.parse(text) as Backup).files, signal);
    await store.removeSecret(data.name, backupFile(data));
  },
});

export const forgetSealedStep = (tools: ReplaceTools): ReplaceStep => ({
  id: 'forget-sealed',
  title: 'Forget what was sealed before',
  async run({ data }) {
    await tools.services.store.removeSecret(data.name, backupFile(data));
  },
});
