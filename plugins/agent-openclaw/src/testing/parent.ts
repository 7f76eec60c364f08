import { readFile } from 'node:fs/promises';
import type { Driver } from '@nemoclaw/plugin-api';

/** A Debian image to build the model's on. */
export async function parentImage(driver: Driver, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const wanted = env.NEMOCLAW_BASE_IMAGE ? [env.NEMOCLAW_BASE_IMAGE] : ['nemoclaw-parent:trixie', 'debian:trixie-slim'];
  for (const reference of wanted) if (await driver.findImage(reference)) return reference;
  throw new Error(`no parent image on this engine: ${wanted.join(' or ')} (NEMOCLAW_BASE_IMAGE)`);
}

/** The roots that this host trusts, for builds behind an intercepting proxy. */
export const readHostCa = (): Promise<string | undefined> =>
  readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8').catch(() => undefined);
