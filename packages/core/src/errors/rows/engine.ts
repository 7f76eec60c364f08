import type { ErrorRow } from '../row.ts';

/** The container engine, its images, and the host that they run on. */
export const engineRows = {
  ENGINE_NOT_RUNNING: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine does not answer.',
    hint: 'Start it (`sudo systemctl start docker`, or open Docker Desktop), or set DOCKER_HOST to the engine you mean.',
  },
  ENGINE_PERMISSION: {
    audience: 'environment',
    exit: 1,
    message: 'No permission to use the Docker engine.',
    hint: 'Add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`), then log in again.',
  },
  ENGINE_TOO_OLD: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine is too old: 28.2 or newer is needed.',
    hint: 'Upgrade it (https://docs.docker.com/engine/install/); older ones cannot keep a sandbox away from the host.',
  },
  ENGINE_CONFLICT: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine has something of that name already, or it is in use.',
    hint: 'The details name the object. If a command of ours was cut off, `nemoclaw <name> recover` clears up after it.',
  },
  ENGINE_NOT_FOUND: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine does not know an object that the sandbox is made of.',
    hint: '`nemoclaw <name> status --live` shows what is left, `nemoclaw <name> recover` brings it back.',
  },
  ENGINE_DISK_FULL: {
    audience: 'environment',
    exit: 1,
    message: 'The disk of the Docker engine is full.',
    hint: 'See what takes the room with `docker system df`, free some, then run the command again.',
  },
  ENGINE_TIMEOUT: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine took too long to answer.',
    hint: 'See whether `docker info` answers; a host without free memory or a stuck storage is the usual reason.',
  },
  ENGINE_ERROR: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine refused the request.',
    hint: 'Its own words are in the message; its log (`journalctl -u docker`) has more.',
  },
  GPU_INJECTION_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'The Docker engine could not give the container the GPU.',
    hint: '`nemoclaw gpu list` shows what fits this host; `nvidia-ctk cdi list` shows the devices that the engine can give.',
  },
  IMAGE_BUILD_FAILED: {
    audience: 'environment',
    exit: 1,
    message: 'Building the sandbox image failed.',
    hint: 'The last lines of the build are above. Behind a proxy of your own, set NEMOCLAW_BUILD_CA to its CA bundle.',
  },
  IMAGE_PARENT_MISSING: {
    audience: 'environment',
    exit: 1,
    message: 'The image that ours is built on is neither here nor can it be pulled.',
    hint: 'Check the network, or name an image that is here with NEMOCLAW_BASE_IMAGE.',
  },
  DISK_FULL: {
    audience: 'environment',
    exit: 1,
    message: 'The disk is full.',
    hint: 'Free some room where NEMOCLAW_HOME and the Docker engine keep their data, then run the command again.',
  },
  HOME_UNWRITABLE: {
    audience: 'environment',
    exit: 1,
    message: 'The folder for our own state cannot be written.',
    hint: 'Make it yours (`sudo chown -R $USER <path>`), or set NEMOCLAW_HOME to a folder that is.',
  },
  PORT_TAKEN: {
    audience: 'environment',
    exit: 1,
    message: 'The port is taken by another program.',
    hint: 'Find it with `ss -ltnp`, or choose another port.',
  },
} as const satisfies Record<string, ErrorRow>;
