import { expect, it } from 'vitest';
import { digestOf } from '../../../src/main/platform/hash.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { bytesOfText } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { SECOND } from './place-events.ts';

const ASIDE = `${ROOT}/.lockstep/staging/1`;

/** A computer whose program runs, and on which a person wrote `c/e`. */
async function written(): Promise<{ group: SimulatedGroup; device: SimulatedDevice }> {
  const group = new SimulatedGroup(new SeededRandom('ledger'));
  const device = group.addDevice({ skewed: false, folding: false });
  await group.start(device);
  device.user.mkdirp(ASIDE);
  group.ledger.byPerson(device, () => {
    device.user.mkdirp(`${ROOT}/c`);
    device.user.writeFile(`${ROOT}/c/e`, 'first');
  });
  return { group, device };
}

/** As the program does it; a person who does something else at that moment sees it gone. */
function takeAside({ ledger }: SimulatedGroup, device: SimulatedDevice): void {
  device.user.move(`${ROOT}/c`, `${ASIDE}/0.old`);
  ledger.observe(device);
}

function writeOver({ ledger }: SimulatedGroup, device: SimulatedDevice, path: string): void {
  ledger.byPerson(device, () => device.user.writeFile(`${ROOT}/${path}`, 'second'));
}

const LOSS = [{ rule: 'I1', what: 'step 0: A took "first" from c/e at step 0 and has it no more' }];

it('what the program moved aside and put back is the person’s to write over', async () => {
  const { group, device } = await written();
  takeAside(group, device);
  device.user.move(`${ASIDE}/0.old`, `${ROOT}/c`);
  group.ledger.observe(device);
  group.ledger.checkOwed(device);
  writeOver(group, device, 'c/e');
  group.ledger.checkOwed(device, true);
  expect(group.findings).toEqual([]);
});

it('what the program took and has nowhere is a loss, also what it put back and took again', async () => {
  const { group, device } = await written();
  takeAside(group, device);
  device.user.move(`${ASIDE}/0.old`, `${ROOT}/c`);
  group.ledger.observe(device);
  group.ledger.checkOwed(device);
  takeAside(group, device);
  group.ledger.checkOwed(device);
  expect(group.findings).toEqual([]);
  device.user.remove(`${ASIDE}/0.old`);
  group.ledger.checkOwed(device, true);
  expect(group.findings).toEqual(LOSS);
});

it('what lies aside is owed, though a person wrote the same again', async () => {
  const { group, device } = await written();
  takeAside(group, device);
  group.ledger.byPerson(device, () => device.user.writeFile(`${ROOT}/x`, 'first'));
  group.ledger.checkOwed(device);
  device.user.remove(`${ASIDE}/0.old`);
  writeOver(group, device, 'x');
  group.ledger.checkOwed(device, true);
  expect(group.findings).toEqual(LOSS);
});

it('what the program keeps is owed, though it put it back and a person wrote over it', async () => {
  const { group, device } = await written();
  const bytes = bytesOfText('first');
  const digest = digestOf(bytes);
  device.running?.write.keep([{ digest, bytes }]);
  takeAside(group, device);
  device.user.move(`${ASIDE}/0.old`, `${ROOT}/c`);
  group.ledger.observe(device);
  group.ledger.checkOwed(device);
  writeOver(group, device, 'c/e');
  group.ledger.checkOwed(device, true);
  expect(group.findings).toEqual([]);
  device.running?.write.drop([digest]);
  group.ledger.checkOwed(device, true);
  expect(group.findings).toEqual(LOSS);
});

it('what a person wrote to the other folder within the minute may go with the power, though the program keeps no other', async () => {
  const { group, device } = await written();
  device.user.mkdirp(SECOND);
  const write = (text: string) => {
    group.ledger.inSecond(device, text, () => device.user.writeFile(`${SECOND}/x`, bytesOfText(text)));
  };
  const losePower = () => {
    group.ledger.byPerson(device, () => device.losePower(new SeededRandom('power')), true);
  };
  write('long before');
  await group.pass(61_000);
  losePower();
  expect(group.ledger.destroyed.has('long before')).toBe(false);
  await group.start(device);
  write('just before');
  losePower();
  expect(group.ledger.destroyed.has('just before')).toBe(true);
});
