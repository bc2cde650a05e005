/*
 * Bugs that links and pairing could have: as in planted-bugs.mjs, which tells how they are planted.
 */
const RACE = ['test/unit/peers/connect/race-addresses.test.ts'];
const PAIRING = ['test/unit/peers/pairing/pairing.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_PEER_BUGS = [
  {
    about: 'a second link to a device stays open, and nobody knows of it',
    file: 'src/main/peers/connect/race-addresses.ts',
    find: "        link.close('another-won');\n",
    replace: '',
    tests: RACE,
  },
  {
    about: 'who gave up goes on dialling',
    file: 'src/main/peers/connect/race-addresses.ts',
    find: 'failed === addresses.length || signal.aborted',
    replace: 'failed === addresses.length',
    tests: RACE,
  },
  {
    about: 'of many hosts the one that comes all the time is forgotten first, and let in',
    file: 'src/main/peers/connect/door-limits.ts',
    find: '  events.delete(key);\n',
    replace: '',
    tests: ['test/unit/peers/connect/door-limits.test.ts'],
  },
  {
    about: 'a device has more and more addresses',
    file: 'src/main/peers/connect/known-devices.ts',
    find: 'known.slice(0, MAX_ADDRESSES - 1)',
    replace: 'known.slice(0, MAX_ADDRESSES)',
    tests: ['test/unit/peers/connect/known-devices.test.ts'],
  },
  {
    about: 'who had its tries in one window for pairing has none in the next',
    file: 'src/main/peers/pairing/nearby-attempts.ts',
    find: '    this.#byHost = new Map();\n',
    replace: '',
    tests: ['test/unit/peers/pairing/nearby-attempts.test.ts'],
  },
  {
    about: 'an invitation of which the last letter is another one is taken',
    file: 'src/main/peers/pairing/invite-link.ts',
    find: ' || base64url(bytes) !== text',
    replace: '',
    tests: PAIRING,
  },
  {
    about: 'what is hung behind an invitation says where to go',
    file: 'src/main/peers/pairing/invite-link.ts',
    find: 'at > 0 && !fields.has(field.slice(0, at))',
    replace: 'at > 0',
    tests: PAIRING,
  },
  {
    about: 'a large frame behind a small one ends the link',
    file: 'src/main/peers/protocol/frame.ts',
    find: ' && whole.buffer.byteLength === SPARE_BYTES',
    replace: '',
    tests: ['test/unit/peers/protocol/frame.test.ts'],
  },
  {
    about: 'the places of its tags tell how many collections a device has',
    file: 'src/main/peers/discovery/discovery-beacon.ts',
    find: 'tags.sort(Buffer.compare)',
    replace: 'tags',
    tests: ['test/unit/peers/discovery/discovery.test.ts'],
  },
];
