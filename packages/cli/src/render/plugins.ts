import type { PluginChange, PluginOffer, PluginReport } from '@nemoclaw/core';
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
    ...(plugin.faults ?? []).flatMap((fault) => [
      `  ${fault.code}${fault.at === undefined ? '' : ` (${fault.at})`}: ${fault.message}`,
      ...fault.fix.split('\n').map((line) => `    fix: ${line}`),
    ]),
    ...(plugin.commands ?? []).map((command) => `  command ${command}`),
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
  return plugins.filter(
    (plugin) =>
      (plugin.faults ?? []).length > 0 ||
      [plugin, ...plugin.contributions].some(({ diagnosis }) => diagnosis !== 'ok' && diagnosis !== 'disabled'),
  );
}

/** Everything that is to be known before it is trusted. */
export function renderOffer(offer: PluginOffer): string {
  const list = (items: string[]): string => (items.length === 0 ? 'none' : items.join(', '));
  const rows = [
    [
      'plugin',
      `${offer.name}@${offer.version}${offer.replaces === undefined ? '' : ` (in place of ${offer.replaces})`}`,
    ],
    ['source', offer.source],
    ['integrity', offer.integrity ?? 'not recorded by npm'],
    ['contributes', list(offer.contributions.map(({ kind, id }) => `${kind} ${id}`))],
    ['hooks', list(offer.hooks.map(({ name, order }) => `${name} (order ${order})`))],
    ['commands', offer.commands === 'unnamed' ? 'named once it is downloaded' : list(offer.commands)],
    ...(offer.installScripts.length === 0 ? [] : [['scripts', `${offer.installScripts.join(', ')}: will not run`]]),
    ['allow-list', offer.allowed ? 'yes' : 'no'],
  ];
  return `${rows.map(([label = '', value = '']) => `  ${label.padEnd(12)}${value}`).join('\n')}\n`;
}

const commandsOf = ({ commands }: PluginChange): string =>
  commands === undefined ? '' : `It brings: ${commands.map((command) => `nemoclaw ${command}`).join(', ')}.\n`;

export function renderChange(change: PluginChange): string {
  const plugin = `${change.name}@${change.version}`;
  const before = change.replaced === undefined ? '' : ` in place of ${change.replaced}`;
  switch (change.outcome) {
    case 'installed':
      return `Installed ${plugin}${before}.\n${commandsOf(change)}`;
    case 'unchanged':
      return `${plugin} is installed already.\n`;
    case 'linked':
      return `Linked ${plugin}.\n${commandsOf(change)}`;
    case 'uninstalled':
      return `Uninstalled ${plugin}.\n`;
    case 'rolled-back':
      return `Went back to ${plugin}${before}.\n`;
  }
}
