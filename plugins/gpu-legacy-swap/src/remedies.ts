import type { GpuRemedies } from '@nemoclaw/plugin-api/gpu-proof';

const TOOLKIT =
  'Install or repair the NVIDIA Container Toolkit, then `sudo nvidia-ctk runtime configure --runtime=docker`, and restart the engine.';

export const REMEDIES: GpuRemedies = {
  device_nodes: [TOOLKIT, 'A node that refuses needs its group or its mode: compare `ls -l /dev/nvidia*` on the host.'],
  comm_write: [
    'Something keeps threads from naming themselves, which CUDA needs: look for a security module on the host that guards /proc (`dmesg | tail`).',
  ],
  cu_init: [
    'Run `nvidia-smi` on the host. If it fails there too, the driver is the reason: reboot after a driver update; on WSL, update the Windows driver.',
    TOOLKIT,
  ],
  nvidia_smi: ['Run `nvidia-smi` on the host; a library of another version than the driver gives the same message.'],
  no_library: [
    'To have it proved, the container needs libcuda.so.1 of the host: the NVIDIA Container Toolkit brings it.',
  ],
};
