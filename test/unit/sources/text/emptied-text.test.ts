import { expect, it } from 'vitest';
import { card, cutOff, folderRoom } from './in-files/folder-room.ts';

it('a text whose last item goes is removed', async () => {
  const { look, construct, text } = await folderRoom(card('ada'));
  await look();
  expect([await construct('ada', null), text()]).toEqual(['written', null]);
});

it('but not with what is damaged in it: nobody else has that', async () => {
  const { look, construct, text } = await folderRoom(cutOff('eve') + card('ada'));
  await look();
  expect([await construct('ada', null), text()]).toEqual(['written', cutOff('eve')]);
});
