import { randomBytes } from 'node:crypto';
import { codedError } from '../../errors/index.ts';
import { objectNames } from '../names.ts';
import { agentConfig } from '../onboard/agent-config.ts';
import type { OnboardData } from '../onboard/data.ts';
import { type OnboardStep, type OnboardTools, objectLabels, updateOwnership } from '../onboard/tools.ts';
import { NONCE_FILE, toolsFiles } from '../volume-files.ts';

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

/** A state volume without its nonce is not the sandbox's state, whatever its name says. */
export const volumesCheckStep = (tools: OnboardTools): OnboardStep => ({
  id: 'volumes',
  title: 'Check that the sandbox’s state is its own',
  async run({ data, signal }) {
    const names = objectNames(data.name, data.sandboxId).volumes;
    const labels = objectLabels(tools, data);
    if (data.nonces.tools === '') await addToolsHome(tools, data, signal);
    for (const purpose of ['state', 'workspace', 'tools'] as const) {
      const volume = await tools.driver.inspectVolume(names[purpose], { signal });
      const nonce =
        volume &&
        (await tools.driver.readFile(
          { volume: names[purpose], image: data.helperImage, labels, path: NONCE_FILE },
          { signal },
        ));
      if (nonce?.toString('utf8').trim() !== data.nonces[purpose])
        throw codedError('STATE_MISSING', {
          message: `The ${purpose} volume ${names[purpose]} is ${volume ? 'not the one that this sandbox was made with' : 'gone'}.`,
        });
    }
    for (const purpose of ['sealed', 'relay'] as const)
      await tools.driver.ensureVolume({ name: names[purpose], labels }, { signal });
  },
});
