/* Planted bugs (planted-bugs.mjs) of what two members say to each other on a link, of who is let in, and of what peers give. */
const OPEN = 'src/main/peers/session/open-collections.ts';
const OPEN_TEST = 'test/unit/peers/session/open-collections.test.ts';
const ADMISSIONS = 'src/main/network/admissions.ts';
const TEST = 'test/unit/peers/session/peer-session.test.ts';

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_SESSION_BUGS = [
  {
    about: 'an OPEN may be proven with any key',
    file: OPEN,
    find: '      (member ?? former) !== message.member ||\n',
    replace: '',
    tests: [TEST],
  },
  {
    about: 'the link to a device that takes itself for a member, as it may be elsewhere, is closed',
    file: OPEN,
    find: 'if (shared === undefined || (member === null && former === null)) {',
    replace: 'if (shared === undefined) {',
    tests: [TEST],
  },
  {
    about: 'who was removed just now is told how far this device is all the same',
    file: OPEN,
    find: '    opened.shut();\n    this.#wasShut',
    replace: '    this.#wasShut',
    tests: [TEST],
  },
  {
    about: 'a collection that was left here takes what a peer still says in it',
    file: OPEN,
    find: '    for (const [handle, each] of this.#byPeerHandle) if (each === opened) this.#byPeerHandle.delete(handle);\n',
    replace: '',
    tests: [TEST],
  },
  {
    about: 'a collection is asked how far it is after the link has ended, maybe after its database was closed',
    file: OPEN,
    find: '    for (const opened of this.#opened.values()) opened.shut();\n',
    replace: '',
    tests: [TEST],
  },
  {
    about: 'a collection that one of two did not open stays half open as it may be',
    file: OPEN,
    find: 'if (opened.ownHandle === h) this.#shut(opened);',
    replace: 'if (opened.ownHandle === h) this.#port.changed();',
    tests: [OPEN_TEST],
  },
  {
    about: 'two that begin anew at once answer each other without end',
    file: OPEN,
    find: 'before?.peerOpened === true && !message.answers',
    replace: 'before?.peerOpened === true',
    tests: [OPEN_TEST],
  },
  {
    about: 'a beacon comes before the packages of others that it names',
    file: 'src/main/peers/session/opened-collection.ts',
    find: '|| this.#sent === null || this.#forwardPlanned) return;',
    replace: '|| this.#sent === null) return;',
    tests: [TEST],
  },
  {
    about: 'an invitation that another admin revoked still lets somebody in',
    file: ADMISSIONS,
    find: '    this.#desk.revoke(replica.id, replica.membership.current?.revokedInvites ?? []);\n',
    replace: '',
    tests: ['test/unit/network/admissions.test.ts'],
  },
  {
    about: 'who may only write invites',
    file: ADMISSIONS,
    find: "    checkAdmin(replica, this.#engine.deviceId, 'invite');\n    return",
    replace: '    return',
    tests: ['test/unit/network/admissions.test.ts'],
  },
  {
    about: 'who may only write lets one nearby in',
    file: ADMISSIONS,
    find: "    checkAdmin(replica, this.#engine.deviceId, 'invite');\n    this",
    replace: '    this',
    tests: ['test/unit/network/admissions.test.ts'],
  },
  {
    about: 'who may only write revokes the invitations of admins',
    file: ADMISSIONS,
    find: "    checkAdmin(replica, this.#engine.deviceId, 'revoke invitations');\n",
    replace: '',
    tests: ['test/unit/network/admissions.test.ts'],
  },
  {
    about: 'invitations outlast the run that made them',
    file: ADMISSIONS,
    find: '    this.#desk.withdraw(null);\n',
    replace: '',
    tests: ['test/unit/network/admissions.test.ts'],
  },
  {
    about: 'a record that names one content and the chunks of another is given back as what it is not',
    file: 'src/main/content-exchange/contents.ts',
    find: '    if (digestOf(whole) !== entry.digest) return null;\n',
    replace: '',
    tests: ['test/unit/content-exchange/contents.test.ts'],
  },
  {
    about: 'a record that says another length than its content has waits for ever',
    file: 'src/main/content-exchange/contents.ts',
    find: '(answer && digestOf(answer.bytes) === digest)',
    replace: 'false',
    tests: ['test/unit/content-exchange/contents.test.ts'],
  },
  {
    about: 'a peer is sent packages beyond its credit',
    file: 'src/main/peers/session/send-bulk.ts',
    find: 'while (this.#credit > 0 && !this.#isOver',
    replace: 'while (!this.#isOver',
    tests: ['test/unit/peers/session/send-bulk.test.ts'],
  },
  {
    about: 'bulk that waits for a limit is planned once more whenever something asks',
    file: 'src/main/peers/session/send-bulk.ts',
    find: '    if (this.#isPlanned) return;\n',
    replace: '',
    tests: ['test/unit/peers/session/send-bulk.test.ts'],
  },
  {
    about: 'a full socket is sent to all the same',
    file: 'src/main/peers/session/send-bulk.ts',
    find: 'if (!this.#port.send(message, content?.sent)) return;',
    replace: 'this.#port.send(message, content?.sent);',
    tests: ['test/unit/peers/session/send-bulk.test.ts'],
  },
];
