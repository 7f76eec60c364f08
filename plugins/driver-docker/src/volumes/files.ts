import { randomBytes } from 'node:crypto';
import { CodedError, type Driver, LABELS, type Labels } from '@nemoclaw/plugin-api';
import type { Engine } from '../engine/call.ts';
import { isCode } from '../engine/codes.ts';
import { withThrowaway } from '../throwaway/container.ts';
import { packArchive, readFirstEntry, safePath } from './archive.ts';
import { requireVolumes } from './volumes.ts';

type Files = Pick<Driver, 'putFiles' | 'readFile'>;

/** Unpacked from one folder above the volume: the engine skips an archive's root, so `.` would keep its owner and mode. */
const PARENT = '/nemoclaw';
const FOLDER = 'volume';
const MOUNT = `${PARENT}/${FOLDER}`;
const MAX_READ_BYTES = 1 << 20;

/**
 * Through the engine's archive call, so that it works the same on a remote engine, and nothing runs. The engine refuses
 * the call for a read-only root or mount: hence a container of its own that holds the volume read-write.
 */
export const createFiles = (engine: Engine): Files => {
  const withVolume = async <T>(
    { volume, image, labels }: { volume: string; image: string; labels: Labels },
    signal: AbortSignal | undefined,
    use: (id: string) => Promise<T>,
  ): Promise<T> => {
    await requireVolumes(engine, [volume], signal);
    const body = {
      Image: image,
      Entrypoint: ['/never-started'],
      Cmd: [],
      User: '0:0',
      NetworkDisabled: true,
      Labels: { ...labels, [LABELS.role]: 'helper' },
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        // No copy: an empty volume must not take the image's files for its own.
        Mounts: [{ Type: 'volume', Source: volume, Target: MOUNT, ReadOnly: false, VolumeOptions: { NoCopy: true } }],
      },
    };
    const name = `${volume}-files-${randomBytes(4).toString('hex')}`;
    return withThrowaway(engine, { name, body, signal }, use);
  };

  return {
    async putFiles(spec, { signal } = {}) {
      const archive = await packArchive(spec.files, FOLDER);
      await withVolume(spec, signal, async (id) => {
        const asked = {
          operation: 'put files into volume',
          object: spec.volume,
          answer: 'none',
          timeoutMs: engine.budgets.archive,
          idempotent: true,
          signal,
        } as const;
        await engine.call(asked, (docker) => docker.getContainer(id).putArchive(archive, { path: PARENT }));
      });
    },
    async readFile(spec, { signal } = {}) {
      const path = `${MOUNT}/${safePath(spec.path)}`;
      const object = `${spec.volume}:${spec.path}`;
      const asked = {
        operation: 'read file of volume',
        object,
        answer: 'stream',
        timeoutMs: engine.budgets.archive,
        idempotent: true,
        signal,
      } as const;
      const refuse = (why: string): CodedError =>
        new CodedError('ENGINE_ERROR', {
          message: `Could not read ${object}: ${why}.`,
          details: { operation: asked.operation, object, status: null, engineMessage: '' },
        });
      return withVolume(spec, signal, async (id) => {
        try {
          return await engine.call(asked, async (docker) => {
            const stream = await docker.getContainer(id).getArchive({ path });
            const entry = await readFirstEntry(stream as unknown as AsyncIterable<Buffer>, MAX_READ_BYTES);
            if (!entry) throw refuse('the engine sent an empty archive');
            if (entry.header.type !== 'file') throw refuse(`it is a ${entry.header.type}, not a regular file`);
            return entry.content;
          });
        } catch (error) {
          if (isCode(error, 'ENGINE_NOT_FOUND')) return undefined;
          if ((error as Error)?.cause instanceof RangeError)
            throw refuse(`${((error as Error).cause as Error).message}, the bound is ${MAX_READ_BYTES}`);
          throw error;
        }
      });
    },
  };
};
