import { randomBytes } from 'node:crypto';
import type { Driver } from '@nemoclaw/plugin-api';
import { type CdiFixture, type CdiFixtureOptions, createCdiFixture } from '@nemoclaw/testkit/cdi-fixture';

const SPEC_DIR = '/var/run/cdi';

export interface FakeGpu {
  /** Name of its device; nobody else's on this engine. */
  device: string;
  /** There while `use` runs. */
  with(options: Partial<CdiFixtureOptions>, use: (fixture: CdiFixture) => Promise<void>): Promise<void>;
  isListed(): Promise<boolean>;
}

export const fakeGpu = (driver: Driver): FakeGpu => {
  const device = `test-${randomBytes(3).toString('hex')}`;
  const listDevices = async () => (await driver.hostFacts()).cdiDevices;
  return {
    device,
    isListed: async () => (await listDevices()).includes(`nvidia.com/gpu=${device}`),
    async with(options, use) {
      const fixture = await createCdiFixture({ specDir: SPEC_DIR, devices: [device], listDevices, ...options });
      try {
        await use(fixture);
      } finally {
        await fixture.dispose();
      }
    },
  };
};
