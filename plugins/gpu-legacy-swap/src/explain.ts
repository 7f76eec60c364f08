export const explain = (): string =>
  'The swap makes the sandbox without a GPU first. Then throw-away containers find out which way to the GPU works on this ' +
  'host: a CDI device, --gpus, or the nvidia runtime; and only when one of them ran is the container of the sandbox ' +
  'replaced by one that has it. If the agent does not come up in it, or CUDA does not, the old one comes back. It is the ' +
  'default with Docker Desktop on WSL and where the engine has the nvidia runtime but no CDI device; elsewhere ' +
  'NEMOCLAW_DOCKER_GPU_PATCH=1 asks for it.';
