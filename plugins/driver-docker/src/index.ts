import { defineDriver } from '@nemoclaw/plugin-api';
import { createDockerDriver } from './driver.ts';

/** The embedded sandbox driver. Importing it costs little: dockerode is loaded with the first call to the engine. */
export default defineDriver({ id: 'docker', create: ({ env }) => createDockerDriver(env) });
