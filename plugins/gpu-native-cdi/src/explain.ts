export const explain = (): string =>
  'Native CDI lets the Docker engine itself put the GPU into the container when it is created, from a device ' +
  'specification that the driver package or nvidia-ctk wrote on this host. Nothing is replaced afterwards, and no ' +
  'runtime but the ordinary one is needed. It is the default on Linux wherever the engine lists a device of kind ' +
  'nvidia.com/gpu; a specification folder without such a device does not count. On a Jetson it is taken only with ' +
  'NEMOCLAW_DOCKER_GPU_PATCH=0, never with Docker Desktop, and NEMOCLAW_DOCKER_GPU_PATCH=1 puts the swap before it.';
