import { expect, it } from 'vitest';
import { collectionId, deviceId, sourceId } from '../../../../../src/main/record/ids.ts';
import { FolderOfFiles } from '../../../../../src/main/sources/text/in-files/folder-of-files.ts';
import { TextsService } from '../../../../../src/main/sources/text/in-files/texts-service.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { inlineService } from '../../../../fakes/inline-service.ts';
import { MemoryDisk } from '../../../../fakes/memory-disk.ts';
import { SimulatedUser } from '../../../../fakes/simulated-user.ts';

const ROOT = '/home/cards';
const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };
/** So many texts, none as long as another, in one memory as a pool has them. */
function textsOf(count: number) {
  const pool = Buffer.from(Array.from({ length: count }, (_, at) => `text ${'x'.repeat(at)}`).join(''));
  let end = 0;
  return Array.from({ length: count }, (_, at) => {
    const start = end;
    end += 'text '.length + at;
    return { name: `${at}.txt`, bytes: new Uint8Array(pool.buffer, pool.byteOffset + start, end - start) };
  });
}

function room() {
  const clock = new FakeClock();
  const disk = new MemoryDisk({ clock });
  const user = new SimulatedUser(disk);
  user.mkdirp(ROOT);
  const asked: string[][] = [];
  const service = new TextsService(disk.process());
  const texts = inlineService<TextsService>({
    make: (directory, packed) => {
      asked.push([...packed.names]);
      return service.make(directory, packed);
    },
  } as TextsService);
  const folder = new FolderOfFiles({
    fs: disk.process(),
    clock,
    root: ROOT,
    ending: '.txt',
    marker,
    watch: null,
    texts,
  });
  folder.mark();
  return { user, folder, asked };
}

it('many new texts are made beside everything else, each as it was given', async () => {
  const { user, folder, asked } = room();
  const news = textsOf(25);
  const written = await folder.make(news);
  expect(asked).toEqual([news.map(({ name }) => name)]);
  expect(written.map((each) => (each.done === 'written' ? each.document?.size : each.detail))).toEqual(
    news.map(({ bytes }) => bytes.length),
  );
  for (const [at, { name }] of news.entries()) expect(user.readText(`${ROOT}/${name}`)).toBe(`text ${'x'.repeat(at)}`);
});

it('a name that is taken by then is refused alone, and few texts are made at once', async () => {
  const { user, folder, asked } = room();
  user.writeFile(`${ROOT}/3.txt`, 'theirs');
  const written = await folder.make(textsOf(20));
  expect(written.flatMap(({ done }, at) => (done === 'refused' ? [at] : []))).toEqual([3]);
  expect([user.readText(`${ROOT}/3.txt`), user.readText(`${ROOT}/4.txt`)]).toEqual(['theirs', 'text xxxx']);
  const few = textsOf(19).map((text) => ({ ...text, name: `few-${text.name}` }));
  expect((await folder.make(few)).every(({ done }) => done === 'written')).toBe(true);
  expect(asked).toHaveLength(1);
});
