import { testDriver } from '@nemoclaw/testkit/conformance';
import driver from './index.ts';

testDriver(driver, { env: ({ host, port }) => ({ DOCKER_HOST: `tcp://${host}:${port}` }) });
