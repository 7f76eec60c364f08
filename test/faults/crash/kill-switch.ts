import fs from 'node:fs/promises';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { describeCall, describeWrite, type Moment, type Point } from './points.ts';

export interface KillSwitch {
  /** Every point that was passed, in order. */
  passed: Point[];
}

/**
 * Stands where this process changes the world: where files of its home get or lose their names, and where the engine is
 * asked for something. There it strikes, once; without a target it only counts. Only what is done to files waits for a
 * strike to be over.
 */
export const armKillSwitch = (
  home: string,
  target: (Point & { moment: Moment }) | undefined,
  strike: () => void | Promise<void>,
): KillSwitch => {
  const passed: Point[] = [];
  const pass = (label: string): ((moment: Moment) => void | Promise<void>) => {
    const nth = passed.filter((point) => point.label === label).length + 1;
    passed.push({ label, nth });
    const meant = target?.label === label && target.nth === nth;
    return (moment) => (meant && target.moment === moment ? strike() : undefined);
  };
  const around = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
    const at = pass(label);
    await at('before');
    try {
      return await work();
    } finally {
      // Also where there was nothing to be done, such as removing what is gone.
      await at('after');
    }
  };
  const isOurs = (path: unknown): path is string => typeof path === 'string' && path.startsWith(`${home}/`);

  const { rename, unlink, link, rm } = fs;
  fs.rename = (from, to) =>
    isOurs(to) ? around(describeWrite(String(from), to), () => rename(from, to)) : rename(from, to);
  fs.link = (from, to) => (isOurs(to) ? around(`link ${kindOf(to)}`, () => link(from, to)) : link(from, to));
  fs.unlink = (path) => (isOurs(path) ? around(`unlink ${kindOf(path)}`, () => unlink(path)) : unlink(path));
  fs.rm = (path, options) =>
    isOurs(path) ? around(`remove ${kindOf(path)}`, () => rm(path, options)) : rm(path, options);

  const { request } = http;
  http.request = ((...args: Parameters<typeof request>) => {
    const sent = request(...args);
    const label = isEngine(sent) ? describeCall(sent.method, sent.path) : undefined;
    if (label === undefined) return sent;
    const at = pass(label);
    sent.once('finish', () => at('during'));
    return sent;
  }) as typeof request;
  syncBuiltinESMExports();
  return { passed };
};

/** Only the engine is spoken to through a socket; its `Host` is not the model's or the sandbox's. */
const isEngine = (sent: http.ClientRequest): boolean =>
  (sent as http.ClientRequest & { socketPath?: string }).socketPath !== undefined;

const kindOf = (path: string): string => {
  if (path.endsWith('.tmp')) return 'temporary';
  if (path.includes('/locks/')) return `lock${path.slice(path.lastIndexOf('.'))}`;
  if (path.includes('/trash/')) return 'trash';
  return path.slice(path.lastIndexOf('/') + 1);
};
