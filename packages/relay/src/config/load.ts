import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { RelayConfig } from '../protocol.ts';
import { relayConfigSchema } from './schema.ts';

/** `relay.json` with all that lies beside it. Holds secrets: never logged, never answered. */
export interface LoadedConfig {
  config: RelayConfig;
  certificate: { cert: string; key: string; notAfter: string; subject: string };
  /** The provider's key; absent when the record says `none`. */
  providerKey?: string;
  /** PEM of the provider's own CA. */
  providerCa?: string;
}

/** The configuration is not there, not readable or not valid; the message names the file and never quotes its content. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const read = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${path}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}`);
  }
};

const parse = (path: string, text: string): RelayConfig => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(`${path}: not JSON`);
  }
  const result = relayConfigSchema.safeParse(value);
  if (!result.success) throw new ConfigError(`${path}: ${z.prettifyError(result.error).replaceAll(/\s*\n\s*/g, ' ')}`);
  return result.data;
};

const readKey = async (path: string): Promise<string> => {
  const key = (await read(path)).trim();
  // A line break in a header would be a second header; Node refuses it only when the first request is sent.
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) throw new ConfigError(`${path}: must hold one line of printable ASCII`);
  return key;
};

const readCertificate = async (certPath: string, keyPath: string): Promise<LoadedConfig['certificate']> => {
  const [cert, key] = await Promise.all([read(certPath), read(keyPath)]);
  try {
    const leaf = new X509Certificate(cert);
    return { cert, key, notAfter: new Date(leaf.validTo).toISOString(), subject: leaf.subject };
  } catch {
    throw new ConfigError(`${certPath}: not a PEM certificate`);
  }
};

/** @throws ConfigError */
export const loadConfig = async (path: string): Promise<LoadedConfig> => {
  const config = parse(path, await read(path));
  const beside = (file: string): string => join(dirname(path), file);
  const { auth, caFile } = config.inference.provider;
  return {
    config,
    certificate: await readCertificate(beside(config.inference.certificateFile), beside(config.inference.keyFile)),
    ...(auth.kind === 'none' ? {} : { providerKey: await readKey(beside(auth.keyFile)) }),
    ...(caFile === undefined ? {} : { providerCa: await read(beside(caFile)) }),
  };
};
