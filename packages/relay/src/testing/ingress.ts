import { onTestFinished } from 'vitest';
import { startIngress } from '../ingress/server.ts';
import { makeConfig } from './config.ts';
import { type Call, call, portOf } from './http.ts';

type Settings = ReturnType<typeof makeConfig>['ingress'];

/** An ingress on a free port, for a front door at `targetPort`, until the test is over. */
export const startAt = async (targetPort: number, settings: Partial<Settings> = {}) => {
  const { ingress } = makeConfig({ ingress: { target: { host: '127.0.0.1', port: targetPort }, ...settings } });
  const server = await startIngress(ingress, '127.0.0.1', () => {});
  onTestFinished(() => server.close(0));
  const port = portOf(server.address);
  return { server, port, settings: ingress, ask: (what: Omit<Call, 'port'> = {}) => call({ ...what, port }) };
};

/** The relay's own answer in a body. */
export const errorOf = (body: string): Record<string, string> => JSON.parse(body).error;
