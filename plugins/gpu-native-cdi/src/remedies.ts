import type { GpuRemedies } from '@nemoclaw/plugin-api/gpu-proof';

export const REMEDIES: GpuRemedies = {
  device_nodes: [
    'Look at the CDI specification (`nvidia-ctk cdi list`) and write it anew after a driver change: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`.',
    'A node that refuses needs its group or its mode: compare `ls -l /dev/nvidia*` on the host.',
  ],
  comm_write: [
    'Something keeps threads from naming themselves, which CUDA needs: look for a security module on the host that guards /proc (`dmesg | tail`).',
  ],
  cu_init: [
    'Run `nvidia-smi` on the host. If it fails there too, the driver is the reason: reboot after a driver update.',
    'If it works there, write the CDI specification anew, so that the library fits the driver: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`.',
  ],
  nvidia_smi: ['Run `nvidia-smi` on the host; a library of another version than the driver gives the same message.'],
  no_library: [
    'To have it proved, let the CDI specification bring libcuda.so.1: `sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` writes one that does.',
  ],
};
