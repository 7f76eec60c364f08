import type { PluginReport } from '@nemoclaw/core';
import { table } from './table.ts';

export function renderPlugins(plugins: readonly PluginReport[]): string {
  if (plugins.length === 0) return 'No plugin.\n';
  const rows = plugins.map((plugin) => [
    plugin.name,
    plugin.version,
    plugin.source,
    plugin.api,
    plugin.contributions.map(({ kind, id }) => `${kind}:${id}`).join(', '),
  ]);
  return `${table(['PLUGIN', 'VERSION', 'SOURCE', 'API', 'CONTRIBUTES'], rows)}\n`;
}

export function renderPlugin(plugin: PluginReport): string {
  const lines = [
    `${plugin.name}@${plugin.version} (${plugin.source}, API ${plugin.api}): ${plugin.diagnosis}`,
    ...(plugin.reason === undefined ? [] : [`  ${plugin.reason}`]),
    ...(plugin.fix === undefined ? [] : [`  fix: ${plugin.fix}`]),
    ...plugin.contributions.flatMap((contribution) => [
      `  ${contribution.kind} ${contribution.id}: ${contribution.diagnosis}`,
      ...(contribution.reason === undefined ? [] : [`    ${contribution.reason}`]),
      ...(contribution.fix === undefined ? [] : [`    fix: ${contribution.fix}`]),
    ]),
    ...plugin.hooks.map((hook) => `  hook ${hook.name}: order ${hook.order}, at most ${hook.timeoutMs} ms`),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line for each contribution, what is wrong first. */
export function renderPluginsDoctor(plugins: readonly PluginReport[]): string {
  const broken = brokenPlugins(plugins);
  const count = plugins.reduce((sum, plugin) => sum + plugin.contributions.length, 0);
  const verdict = broken.length === 0 ? `All ${count} contributions of ${plugins.length} plugins are well.` : '';
  return `${[...broken.map((plugin) => renderPlugin(plugin).trimEnd()), verdict].filter(Boolean).join('\n')}\n`;
}

/** `disabled` is the user's own choice, so it is no fault. */
export function brokenPlugins(plugins: readonly PluginReport[]): PluginReport[] {
  return plugins.filter((plugin) =>
    [plugin, ...plugin.contributions].some(({ diagnosis }) => diagnosis !== 'ok' && diagnosis !== 'disabled'),
  );
}
