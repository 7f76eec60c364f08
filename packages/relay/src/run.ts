import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, type LoadedConfig, loadConfig } from './config/load.ts';
import { type Controlled, startControl } from './control/server.ts';
import { startEgress } from './egress/server.ts';
import { startInference } from './inference/server.ts';
import { startIngress } from './ingress/server.ts';
import { type Interfaces, waitForAddress } from './interfaces.ts';
import type { Log } from './log.ts';
import { RELAY_PROTOCOL, type RelayStatus, type SelfTestScript } from './protocol.ts';
import { createSelfTest } from './selftest/selftest.ts';

export interface RunInput {
  configPath: string;
  controlPath: string;
  interfaces: () => Interfaces;
  log: Log;
}

export interface Relay extends Controlled {
  /** Ends everything within `graceMs`; held requests are answered at once. */
  stop(graceMs: number): Promise<void>;
}

/** What is bound cannot change without a new start. */
const boundTo = ({ config }: LoadedConfig): string =>
  JSON.stringify([config.sandboxId, config.inference.port, config.ingress.port, config.egress.port, config.interfaces]);

/** Starts all listeners, ingress first: clients of a gateway that is coming up should find someone who holds. @throws ConfigError */
export const startRelay = async ({ configPath, controlPath, interfaces, log }: RunInput): Promise<Relay> => {
  let loaded = await loadConfig(configPath);
  const began = performance.now();
  const { config } = loaded;
  const outside = await waitForAddress(config.interfaces.egress, interfaces, sleep);
  const ingress = await startIngress(config.ingress, outside, log);
  const inside = await waitForAddress(config.interfaces.sandbox, interfaces, sleep);
  const selfTest = createSelfTest(() => performance.now());
  const inference = await startInference(loaded, inside, log, selfTest);
  const egress = await startEgress({ host: inside, port: config.egress.port }, log);
  const listeners = { inference: inference.address, ingress: ingress.address, egress: egress.address };

  const status = (): RelayStatus => ({
    protocol: RELAY_PROTOCOL,
    sandboxId: config.sandboxId,
    upMs: Math.round(performance.now() - began),
    certificate: { notAfter: loaded.certificate.notAfter, subject: loaded.certificate.subject },
    listeners,
    inference: inference.status(),
    ingress: ingress.status(),
    egress: egress.status(),
    selfTest: selfTest.status(),
  });

  const arm = (script: SelfTestScript): void => {
    selfTest.arm(script);
    log('selftest_armed', { ttlMs: script.ttlMs });
  };
  const reload = async (): Promise<void> => {
    const next = await loadConfig(configPath);
    if (boundTo(next) !== boundTo(loaded)) {
      throw new ConfigError(`${configPath}: ports, interfaces and sandbox change only with a restart of the relay`);
    }
    inference.reload(next);
    ingress.reload(next.config.ingress);
    loaded = next;
    log('reloaded', { certificateUntil: next.certificate.notAfter });
  };
  const control = await startControl(controlPath, { status, reload, arm }, log);
  log('listening', listeners);
  return {
    status,
    reload,
    arm,
    stop: async (graceMs) => {
      log('stopping');
      await Promise.all([ingress, inference, egress, control].map((part) => part.close(graceMs)));
      log('stopped');
    },
  };
};
