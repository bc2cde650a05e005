import { expect, it } from 'vitest';
import { BY_ADDRESS, pickedNow } from '../../../src/renderer/sources/nearby-target.ts';

const waits = (device: string, name: string) => ({ device, name, addresses: [] });

it('a device that waits again stays chosen, and one that is gone does not', () => {
  const desk = { device: 'a1', name: 'Desk' };
  expect(pickedNow([waits('a1', 'Desk'), waits('b1', 'Attic')], desk)).toBe('a1');
  expect(pickedNow([waits('a2', 'Desk'), waits('b1', 'Attic')], desk)).toBe('a2');
  expect(pickedNow([waits('b1', 'Attic')], desk)).toBeNull();
});

it('of two devices of one name none is chosen in the place of a third', () => {
  expect(pickedNow([waits('a2', 'Desk'), waits('a3', 'Desk')], { device: 'a1', name: 'Desk' })).toBeNull();
});

it('an address stays chosen whoever waits; nothing is chosen by itself', () => {
  expect(pickedNow([waits('a1', 'Desk')], { device: BY_ADDRESS, name: null })).toBe(BY_ADDRESS);
  expect(pickedNow([waits('a1', 'Desk')], null)).toBeNull();
});
