import type { GpuRemedies } from '@nemoclaw/plugin-api/gpu-proof';

const RUNTIME =
  'Install or repair the nvidia runtime: `sudo apt install nvidia-container`, then `sudo nvidia-ctk runtime configure --runtime=docker`, and restart the engine.';

export const REMEDIES: GpuRemedies = {
  device_nodes: [
    RUNTIME,
    'A node that refuses needs a group that the sandbox was given: compare `ls -ln /dev/nvmap /dev/nvhost-*` with `nemoclaw <name> exec -- id`, then `nemoclaw <name> gpu set jetson` again.',
  ],
  comm_write: [
    'Something keeps threads from naming themselves, which CUDA needs: look for a security module on the host that guards /proc (`dmesg | tail`).',
  ],
  cu_init: [
    'Run a CUDA sample on the Jetson itself. If it fails there too, the driver is the reason: reboot after an update of JetPack.',
    RUNTIME,
  ],
  nvidia_smi: ['Older versions of JetPack have no nvidia-smi that works; `tegrastats` on the host shows the GPU.'],
  no_library: [
    'To have it proved, the nvidia runtime must bring libcuda.so.1: look at /etc/nvidia-container-runtime/host-files-for-container.d.',
  ],
};
