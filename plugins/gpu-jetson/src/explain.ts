export const explain = (): string =>
  'A Jetson gives its GPU through the nvidia runtime, with compute and utility capabilities, and its device nodes belong ' +
  'to groups such as video. A supervisor that changes to another user drops the groups of the container, so they are given ' +
  'to the processes of the gateway and of the tools themselves. It is the default on a Jetson; ' +
  'NEMOCLAW_DOCKER_GPU_PATCH=0 takes native CDI instead.';
