import { objectNames } from '../names.ts';
import { removeVolumes } from '../remove-volumes.ts';
import { stateFiles, toolsFiles, workspaceFiles } from '../volume-files.ts';
import { agentConfig } from './agent-config.ts';
import { type OnboardStep, type OnboardTools, objectLabels, removeThrowAways, updateOwnership } from './tools.ts';

/** Named volumes, each with a nonce: the engine makes a vanished one anew, empty and without a word. */
export const volumesStep = (tools: OnboardTools): OnboardStep => ({
  id: 'volumes',
  title: 'Make the sandbox’s volumes',
  async run({ data, signal }) {
    const names = objectNames(data.name, data.sandboxId).volumes;
    const labels = objectLabels(tools, data);
    await updateOwnership(tools, data, (journal) => ({
      ...journal,
      resources: {
        ...journal.resources,
        volumes: (['state', 'workspace', 'tools', 'sealed', 'relay'] as const).map((purpose) => ({
          name: names[purpose],
          nonce: data.nonces[purpose],
          purpose,
        })),
      },
    }));
    for (const name of Object.values(names)) await tools.driver.ensureVolume({ name, labels }, { signal });
    const { output } = await agentConfig(tools, data);
    const put = (volume: string, files: ReturnType<typeof stateFiles>) =>
      tools.driver.putFiles({ volume, image: data.helperImage, labels, files }, { signal });
    await put(names.state, stateFiles({ agent: output, nonce: data.nonces.state }));
    await put(names.workspace, workspaceFiles({ nonce: data.nonces.workspace }));
    await put(names.tools, toolsFiles({ agent: output, nonce: data.nonces.tools }));
  },
  async undo({ data, signal }) {
    const { driver, services } = tools;
    const removeContainers = () => removeThrowAways(tools, data, signal);
    await removeVolumes({ driver, clock: services.clock, sandboxId: data.sandboxId, removeContainers, signal });
  },
});
