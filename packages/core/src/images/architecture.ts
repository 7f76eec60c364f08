import { CodedError } from '@nemoclaw/plugin-api';

/** The part that npm packages with binaries carry in their name, for what an engine calls the architecture. */
export const nodeArchitecture = (architecture: string): 'x64' | 'arm64' => {
  switch (architecture) {
    case 'amd64':
    case 'x86_64':
      return 'x64';
    case 'arm64':
    case 'aarch64':
      return 'arm64';
    default:
      throw new CodedError('IMAGE_BUILD_FAILED', {
        message: `Sandbox images are built for amd64 and arm64; the parent image is for ${architecture}.`,
        hint: 'Name a parent image for amd64 or arm64.',
        details: { architecture },
      });
  }
};
