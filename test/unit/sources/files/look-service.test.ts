import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../src/main/platform/node-file-system.ts';
import { collectionId, deviceId, sourceId } from '../../../../src/main/record/ids.ts';
import { LookService } from '../../../../src/main/sources/files/look-service.ts';
import { LATER, TempTree } from './temp-tree.ts';

let tree: TempTree;
beforeEach(() => {
  tree = new TempTree();
});
afterEach(() => tree.remove());

it('lists by the text of the ignore file that its caller has, whatever it says by now', () => {
  const marker = { collection: collectionId('c1'), source: sourceId('s1'), device: deviceId('d1') };
  const look = new LookService(nodeFileSystem, LATER);
  look.open('s1', tree.root, { platform: 'posix', folding: false, rules: { only: [], ignore: [] }, marker });
  look.makeMarker('s1');
  for (const id of ['a.tmp', 'b']) tree.write(id);
  const before = look.ignoreText('s1');
  tree.write('.lockstepignore', '*.tmp\n');
  const listed = (text: string): readonly string[] => {
    const { events } = look.nextList(look.beginList('s1', null, null, text), 100);
    const groups = events.flatMap((event) => (event.is === 'groups' ? event.groups : []));
    return groups.flatMap(({ items }) => items.map(({ id }) => id as string)).sort();
  };
  expect(listed(before)).toEqual(['.lockstepignore', 'a.tmp', 'b']);
  expect(listed(look.ignoreText('s1'))).toEqual(['.lockstepignore', 'b']);
});
