import { randomBytes } from 'node:crypto';
import type { FileEntry } from '@nemoclaw/plugin-api';
import { codedError } from '../../errors/index.ts';
import { objectNames } from '../names.ts';
import { noteEvents } from '../observe.ts';
import { agentConfig } from '../onboard/agent-config.ts';
import type { OnboardData } from '../onboard/data.ts';
import { type OnboardStep, type OnboardTools, objectLabels, updateOwnership } from '../onboard/tools.ts';
import { NONCE_FILE, stateFiles, toolsFiles, workspaceFiles } from '../volume-files.ts';
import type { Tell } from './tell.ts';

/** A sandbox from before tools had a home that lasts gets one. */
const addToolsHome = async (tools: OnboardTools, data: OnboardData, signal: AbortSignal): Promise<void> => {
  const volume = objectNames(data.name, data.sandboxId).volumes.tools;
  const labels = objectLabels(tools, data);
  const nonce = randomBytes(16).toString('hex');
  await updateOwnership(tools, data, (journal) => ({
    ...journal,
    resources: {
      ...journal.resources,
      volumes: [
        ...journal.resources.volumes.filter(({ purpose }) => purpose !== 'tools'),
        { name: volume, nonce, purpose: 'tools' },
      ],
    },
  }));
  data.nonces.tools = nonce;
  await tools.driver.ensureVolume({ name: volume, labels }, { signal });
  const files = toolsFiles({ agent: (await agentConfig(tools, data)).output, nonce });
  await tools.driver.putFiles({ volume, image: data.helperImage, labels, files }, { signal });
};

const PURPOSES = ['state', 'workspace', 'tools'] as const;
type Purpose = (typeof PURPOSES)[number];

/** What stands where the nonce should: `other` is somebody else's state, which is never written over. */
type Found = 'own' | 'other' | 'none' | 'gone';

const look = async (tools: OnboardTools, data: OnboardData, purpose: Purpose, signal: AbortSignal): Promise<Found> => {
  const volume = objectNames(data.name, data.sandboxId).volumes[purpose];
  if (!(await tools.driver.inspectVolume(volume, { signal }))) return 'gone';
  const spec = { volume, image: data.helperImage, labels: objectLabels(tools, data), path: NONCE_FILE };
  const nonce = (await tools.driver.readFile(spec, { signal }))?.toString('utf8').trim();
  if (nonce === undefined || nonce === '') return 'none';
  return nonce === data.nonces[purpose] ? 'own' : 'other';
};

const SAYS: Record<Exclude<Found, 'own'>, string> = {
  gone: 'is gone',
  none: 'is not the one that this sandbox was made with: it is empty, or was emptied',
  other: 'holds the state of another sandbox',
};

/** Makes and fills it as an onboard does. The nonce stays: what is in the journal is already what will be in the volume. */
const begin = async (tools: OnboardTools, data: OnboardData, purpose: Purpose, signal: AbortSignal): Promise<void> => {
  const volume = objectNames(data.name, data.sandboxId).volumes[purpose];
  const labels = objectLabels(tools, data);
  const nonce = data.nonces[purpose];
  const files = async () => {
    switch (purpose) {
      case 'state':
        return stateFiles({ agent: (await agentConfig(tools, data)).output, nonce });
      case 'workspace':
        return workspaceFiles({ nonce });
      case 'tools':
        return toolsFiles({ agent: (await agentConfig(tools, data)).output, nonce });
    }
  };
  await tools.driver.ensureVolume({ name: volume, labels }, { signal });
  // With the nonce last: one that is cut off is still not the sandbox's.
  const all = await files();
  const put = (some: FileEntry[]) =>
    tools.driver.putFiles({ volume, image: data.helperImage, labels, files: some }, { signal });
  await put(all.filter(({ path }) => path !== NONCE_FILE));
  await put(all.filter(({ path }) => path === NONCE_FILE));
};

const missing = async (
  tools: OnboardTools,
  data: OnboardData,
  purpose: Purpose,
  found: Exclude<Found, 'own'>,
): Promise<never> => {
  const { program } = tools.services.options;
  const volume = objectNames(data.name, data.sandboxId).volumes[purpose];
  const message = `The ${purpose} volume ${volume} ${SAYS[found]}.`;
  const ways =
    found === 'other'
      ? `Put the right volume back, or remove this one, then \`${program} ${data.name} recover\`.`
      : `Put the volume back, then \`${program} ${data.name} recover\`. Or go on without what was in it: \`${program} ${data.name} recover --accept-empty-state\`.`;
  await noteEvents(tools.services, data.name, [
    { reason: 'StateMissing', level: 'error', ids: [volume], message, containers: [] },
  ]);
  throw codedError('STATE_MISSING', { message, hint: ways, details: { volume, purpose, found } });
};

/**
 * A state volume without its nonce is not the sandbox's state, whatever its name says: the engine makes one that vanished
 * anew, empty and without a word. Only who says so goes on with an empty one.
 */
export const volumesCheckStep = (tools: OnboardTools, acceptEmpty: boolean, tell: Tell): OnboardStep => ({
  id: 'volumes',
  title: 'Check that the sandbox’s state is its own',
  async run({ data, signal }) {
    const names = objectNames(data.name, data.sandboxId).volumes;
    const labels = objectLabels(tools, data);
    if (data.nonces.tools === '') await addToolsHome(tools, data, signal);
    for (const purpose of PURPOSES) {
      const found = await look(tools, data, purpose, signal);
      if (found === 'own') continue;
      if (!acceptEmpty || found === 'other') await missing(tools, data, purpose, found);
      await begin(tools, data, purpose, signal);
      tell(`began ${names[purpose]} anew, empty`);
    }
    for (const purpose of ['sealed', 'relay'] as const)
      await tools.driver.ensureVolume({ name: names[purpose], labels }, { signal });
  },
});
