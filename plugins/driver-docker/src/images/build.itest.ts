import type { ImageRecipe } from '@nemoclaw/plugin-api';
import { afterAll, describe, expect, it } from 'vitest';
import { createWorld } from '../testing/world.ts';

const world = createWorld('img');
const { driver } = world;
afterAll(() => world.clean());

const recipe = async (lines: string[], extra: Partial<ImageRecipe> = {}): Promise<ImageRecipe> => ({
  tag: `${world.name('img')}:1`,
  dockerfile: lines.join('\n').replaceAll('PARENT', await world.image()),
  files: [],
  buildArgs: {},
  labels: world.labels,
  hostNetwork: true,
  ...extra,
});
const silent = () => undefined;
/** Containers of build steps, which carry no labels of ours, by a word of their command. */
const stepsWith = async (word: string): Promise<number> => {
  const all = await Promise.all((await driver.list({})).map(({ id }) => driver.inspectRaw(id)));
  return all.filter((one) => JSON.stringify(one?.Config ?? null).includes(word)).length;
};

describe('buildImage', () => {
  it('builds stages with files and arguments, labels the result and every stage', async () => {
    const seen: string[] = [];
    const image = await driver.buildImage(
      await recipe(
        [
          'FROM PARENT AS one',
          'RUN echo made > /made',
          'FROM PARENT',
          'COPY --from=one /made /made',
          'COPY sub/f /f',
          'ARG Q',
          'RUN echo "$Q" > /q',
        ],
        { files: [{ path: 'sub/f', content: 'file', mode: 0o755 }], buildArgs: { Q: 'it is "quoted"' } },
      ),
      (line) => seen.push(line),
    );
    expect(image).toMatchObject({ labels: world.labels, architecture: expect.stringMatching(/amd64|arm64/) });
    expect(seen).toEqual(expect.arrayContaining([expect.stringMatching(/^Step 1\/\d+ : FROM/)]));
    const id = await world.running({ image: image.id });
    expect(await world.sh(id, 'cat /made /f /q; stat -c %a /f')).toBe('made\nfileit is "quoted"\n755');
    const all = await driver.listImages(world.labels);
    expect(all.filter(({ tags }) => tags.length === 0)).toHaveLength(1);
  });

  it('stops at the stage that is asked for', async () => {
    const image = await driver.buildImage(
      await recipe(['FROM PARENT AS one', 'RUN touch /one', 'FROM one AS two', 'RUN exit 1'], { target: 'one' }),
      silent,
    );
    expect(await driver.findImage(image.id)).toMatchObject({ id: image.id });
  });

  it('reports a failed step with its last lines', async () => {
    const failing = await recipe(['FROM PARENT', 'RUN for i in $(seq 40); do echo line $i; done; exit 9']);
    const error = await driver.buildImage(failing, silent).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'IMAGE_BUILD_FAILED', message: expect.stringContaining('non-zero code: 9') });
    const { lastLines } = (error as { details: { lastLines: string[] } }).details;
    expect(lastLines).toHaveLength(20);
    expect(lastLines).toContain('line 40');
  });

  it('cancels the build on abort and leaves no container of it', async () => {
    const controller = new AbortController();
    const word = world.name('word');
    const slow = await recipe(['FROM PARENT', `RUN echo begun ${word}; sleep 60`]);
    let steps = 0;
    const building = driver.buildImage(
      slow,
      async (line) => {
        if (!line.startsWith('begun')) return;
        steps = await stepsWith(word);
        controller.abort(new Error('enough'));
      },
      { signal: controller.signal },
    );
    await expect(building).rejects.toThrow('enough');
    expect(steps).toBe(1);
    await expect.poll(() => stepsWith(word), { timeout: 10_000, interval: 200 }).toBe(0);
    expect(await driver.findImage(slow.tag)).toBeUndefined();
  });

  it('says that a parent is not there', async () => {
    const orphan = await recipe(['FROM nemoclaw-no-such-image.invalid/x:1', 'RUN true']);
    await expect(driver.buildImage(orphan, silent)).rejects.toMatchObject({ code: 'IMAGE_BUILD_FAILED' });
  });
});

describe('removeImage', () => {
  it('removes by tag, twice, and not while a container needs it', async () => {
    const image = await driver.buildImage(await recipe(['FROM PARENT', 'RUN date +%N > /stamp']), silent);
    const tag = image.tags[0] ?? '';
    const id = await world.running({ image: image.id });
    await expect(driver.removeImage(image.id)).rejects.toMatchObject({ code: 'ENGINE_CONFLICT' });
    await driver.remove(id, { force: true });
    await driver.removeImage(tag);
    await driver.removeImage(tag);
    expect(await driver.findImage(tag)).toBeUndefined();
  });
});
