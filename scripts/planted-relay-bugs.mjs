/*
 * Bugs that what waits at a relay could have, and a relay itself: as in planted-bugs.mjs, which tells how they are planted.
 */
const EXCHANGE = 'test/unit/store-and-forward';
const RELAY = 'test/unit/relay';
const SIMULATION = 'test/simulation/relay.test.ts';

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_RELAY_BUGS = [
  {
    about: 'what lies at a relay counts as read before it is taken',
    file: 'src/main/store-and-forward/read-items.ts',
    find: '      this.#take(items);\n      const next = items.at(-1)?.sid ?? last;\n      if (next > this.#store.cursor) this.#store.cursor = next;\n',
    replace:
      '      const next = items.at(-1)?.sid ?? last;\n      if (next > this.#store.cursor) this.#store.cursor = next;\n      this.#take(items);\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a package at a relay that waits for one before it is dropped',
    file: 'src/main/store-and-forward/read-items.ts',
    find: 'this.#waiting = packages.filter(({ head }) => head.number > (from.get(head.log) ?? Number.POSITIVE_INFINITY));',
    replace: 'this.#waiting = packages.filter(() => from.size < 0);',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'what lies at a relay is opened before the keys that came with it are known',
    file: 'src/main/store-and-forward/read-items.ts',
    find: '    for (const { sid, bytes } of items) {\n      const item = this.#open(bytes);\n',
    replace: '    for (const { sid, item } of items.map(({ sid, bytes }) => ({ sid, item: this.#open(bytes) }))) {\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'who was away for so long that something was collected at the relay never reads on',
    file: 'src/main/store-and-forward/read-items.ts',
    find: '    this.#store.cursor = (oldest as number) - 1;\n',
    replace: '    this.#store.cursor = oldest as number;\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a device that finds more of its own log at a relay goes on with its old numbers',
    file: 'src/main/store-and-forward/read-items.ts',
    find: '    this.#replica.meetOwnLog(\n      packages.map(({ head: { member, log, number }, hash }) => ({ member, log, number, hash: hash as Digest })),\n    );\n',
    replace: '',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'packages are put up at a relay before their contents',
    file: 'src/main/store-and-forward/put-up.ts',
    find: `      await this.#contents.putUp(at, changes, new Map([[log, last.number]]), readUpTo);
      for (const { bytes, number } of packages) {
        const sid = await post(this.#port, at, id, { is: 'package', bytes });
        collection.transactSoon(() => this.#store.noteItem(log, number, sid));
      }
`,
    replace: `      for (const { bytes, number } of packages) {
        const sid = await post(this.#port, at, id, { is: 'package', bytes });
        collection.transactSoon(() => this.#store.noteItem(log, number, sid));
      }
      await this.#contents.putUp(at, changes, new Map([[log, last.number]]), readUpTo);
`,
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'packages at a relay can be read by who was removed',
    file: 'src/main/store-and-forward/put-up.ts',
    find: '      const at = { session, epoch };\n',
    replace: '      const at = { session, epoch: { id: NO_EPOCH, secret } };\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'the last package of a long stretch is not put up at a relay',
    file: 'src/main/store-and-forward/put-up.ts',
    find: 'Math.min(BATCH, to - next + 1)',
    replace: 'Math.min(BATCH, to - next)',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'the last package that somebody lacks is not put up at a relay',
    file: 'src/main/store-and-forward/put-up-plan.ts',
    find: 'stretches.push({ log, from, to: number - 1 });',
    replace: 'if (number - 1 > from) stretches.push({ log, from, to: number - 2 });',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'what the author could put up at a relay, nobody does who is there',
    file: 'src/main/store-and-forward/put-up-plan.ts',
    find: 'const could = members.filter(({ online, held }) => online && (held.get(log) ?? 0) >= to);',
    replace: 'const could = members.filter(({ held }) => (held.get(log) ?? 0) >= to);',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a member that lost its membership log is told no operation again',
    file: 'src/main/store-and-forward/put-up.ts',
    find: 'return anew.length > 0 || (hash !== undefined && !this.#store.knowsOperation(hash));',
    replace: 'return hash !== undefined && !this.#store.knowsOperation(hash);',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'contents go from a relay once one member has them',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'const isNeeded = others.some(({ device }) => {',
    replace: 'const isNeeded = others.every(({ device }) => {',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'contents go from a relay once members hold what names them, applied or not',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: '(known.get(log)?.applied ?? 0) < number',
    replace: '(known.get(log)?.held ?? 0) < number',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a content from a relay is not compared with its digest',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'if (opened === null || digestOf(opened) !== digest) return false;',
    replace: 'if (opened === null) return false;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'contents in a pack of somebody else are counted on, who takes it away when it likes',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'const content = this.#store.ownContent(digest, kind);',
    replace: 'const content = this.#store.content(digest, kind);',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'who read at a relay where contents lie, and forgot it, is not told again',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'sid > readUpTo ? sid : null, covers',
    replace: 'sid, covers',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'all packs are sealed with one key',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'const key = this.#port.random.bytes(32);',
    replace: 'const key = at.epoch.secret;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'contents are fetched from a relay outside the hours in which devices exchange',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: 'if (session !== null && this.#port.mayExchange()) await',
    replace: 'if (session !== null) await',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'who says of junk what is in it keeps others from a content',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: '    if (!isWhole) collection.transactSoon(() => this.#store.dropPack(pack));\n    return isWhole;\n',
    replace: '    return true;\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'who was removed says where contents lie',
    file: 'src/main/store-and-forward/read-items.ts',
    find: "item !== null && item.is !== 'members') throw",
    replace: 'item === null) throw',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a clock that was set back makes a member unheard at a relay',
    file: 'src/main/store-and-forward/standings-at-relay.ts',
    find: 'Math.max(this.#toldAt + 1, this.#port.clock.now())',
    replace: 'this.#port.clock.now()',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'those who were removed are told what a member lacks',
    file: 'src/main/store-and-forward/put-up.ts',
    find: 'const lacking = epoch === null ? [] : this.#contents.wanted;',
    replace: 'const lacking = this.#contents.wanted;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a pack that is gone from a relay is asked for for ever',
    file: 'src/main/store-and-forward/contents-at-relay.ts',
    find: '      collection.transactSoon(() => this.#store.dropPack(pack));\n      return false;\n',
    replace: '      return true;\n',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'what a linked member left at a relay before counts more than what it says',
    file: 'src/main/store-and-forward/standings-at-relay.ts',
    find: 'if (!this.#port.isLinked(device)) this.#replica.standingRelayed(device, standing);',
    replace: 'this.#replica.standingRelayed(device, standing);',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'how far a member once was, given out by a relay again, counts',
    file: 'src/main/store-and-forward/standings-at-relay.ts',
    find: 'if (standing === null || standing.time < before) continue;',
    replace: 'if (standing === null) continue;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a relay gives out how far one member is as how far another one is',
    file: 'src/main/store-and-forward/standings-at-relay.ts',
    find: 'return standing.member === key ? standing : null;',
    replace: 'return standing;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'how far a member is that was removed still counts',
    file: 'src/main/store-and-forward/standings-at-relay.ts',
    find: 'if (device === undefined || membership.member(device) === null) continue;',
    replace: 'if (device === undefined) continue;',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'a paused collection goes on at its relay',
    file: 'src/main/store-and-forward/relay-exchange.ts',
    find: ' || this.replica.collection.stored.paused ||',
    replace: ' ||',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'what was read at one relay counts as read at the next',
    file: 'src/main/store-and-forward/relay-exchange.ts',
    find: '    if (this.#store.url !== membership.relay()) {\n',
    replace: "    if (this.#store.url === '') {\n",
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'two items at a relay are sealed with one salt',
    file: 'src/main/store-and-forward/seal.ts',
    find: 'salt: random.bytes(32) }',
    replace: 'salt: epoch.secret }',
    tests: [EXCHANGE, SIMULATION],
  },
  {
    about: 'what one collection sealed opens in another',
    file: 'src/main/peers/sealed/sealed-item.ts',
    find: 'const info = Buffer.concat([Buffer.from(LABEL), fromHex(group)]);',
    replace: 'const info = Buffer.from(LABEL);',
    tests: ['test/unit/peers/sealed'],
  },
  {
    about: 'a standing of one collection counts in another',
    file: 'src/main/peers/sealed/standing.ts',
    find: "  if (g !== group) throw new RangeError('standing: of another collection');\n",
    replace: '',
    tests: ['test/unit/peers/sealed'],
  },
  {
    about: 'anybody signs how far a member is',
    file: 'src/main/peers/sealed/standing.ts',
    find: 'if (!verify(m, statementOf(content), signature)) throw',
    replace: 'if (signature.length === 0) throw',
    tests: ['test/unit/peers/sealed'],
  },
  {
    about: 'who only keeps what passes is given the secrets of what it keeps',
    file: 'src/main/peers/membership/group-epochs.ts',
    find: ".filter(({ role }) => role !== 'relay');",
    replace: '.filter(({ role }) => role !== undefined);',
    tests: ['test/unit/peers/membership'],
  },
  {
    about: 'a secret is written with for ever',
    file: 'src/main/peers/membership/group-epochs.ts',
    find: '        now - rotation.made <= LIFETIME &&\n',
    replace: '',
    tests: ['test/unit/peers/membership'],
  },
  {
    about: 'a relay acknowledges what it has not committed',
    file: 'src/relay/storage/group-commit.ts',
    find: 'result = { value: work() };',
    replace: 'result = { value: work() };\n            resolve(result.value);',
    tests: [RELAY, 'test/contracts/relay-store.test.ts'],
  },
  {
    about: 'a write that fails at a relay takes those of others along',
    file: 'src/relay/storage/group-commit.ts',
    find: 'if (!database.inTransaction) throw fault;',
    replace: 'throw fault;',
    tests: [RELAY, 'test/contracts/relay-store.test.ts'],
  },
  {
    about: 'a member reads less at a relay than it had read',
    file: 'src/relay/storage/sqlite-store.ts',
    find: 'UPDATE member SET sid = max(sid, ?)',
    replace: 'UPDATE member SET sid = (?)',
    tests: ['test/contracts/relay-store.test.ts'],
  },
  {
    about: 'a relay collects what one member has read, not all',
    file: 'src/relay/storage/sqlite-store.ts',
    find: 'SELECT min(sid) AS sid FROM member',
    replace: 'SELECT max(sid) AS sid FROM member',
    tests: ['test/contracts/relay-store.test.ts'],
  },
  {
    about: 'a relay collects what was marked before somebody came who needs it',
    file: 'src/relay/storage/sqlite-store.ts',
    find: 'Math.min(group.mark, free, group.collected + COLLECT_AT_ONCE)',
    replace: 'Math.min(group.mark, group.collected + COLLECT_AT_ONCE)',
    tests: ['test/contracts/relay-store.test.ts'],
  },
  {
    about: 'what a relay collects while it is asked for goes missing unseen',
    file: 'src/relay/relay-service.ts',
    find: `    const items = await store.items(group, after, most, ITEMS_ANSWER);
    // Asked afterwards: what is collected meanwhile must not go missing unseen.
    const { collected } = await store.span(group);
`,
    replace: `    const { collected } = await store.span(group);
    const items = await store.items(group, after, most, ITEMS_ANSWER);
`,
    tests: [RELAY],
  },
  {
    about: 'what came to a relay after it was read is passed over',
    file: 'src/relay/relay-service.ts',
    find: 'return { items, last: isCut ? end : Math.max(end, newest) };',
    replace: 'return { items, last: Math.max(end, newest) };',
    tests: [RELAY],
  },
  {
    about: 'who was removed from a group keeps its token',
    file: 'src/relay/relay-service.ts',
    find: '      for (const each of sessions) this.#door.tokens.close(each);\n',
    replace: '',
    tests: [RELAY],
  },
  {
    about: 'who was removed while it proved itself is let in at a relay',
    file: 'src/relay/rules/door.ts',
    find: '    await this.#lookAgain(session);\n',
    replace: '',
    tests: [RELAY],
  },
  {
    about: 'who was removed from a group keeps its link through the relay',
    file: 'src/relay/rules/meetings.ts',
    find: '    this.splices.drop(group, key, 4403);\n',
    replace: '',
    tests: [RELAY],
  },
  {
    about: 'an answer to a challenge of a relay is good twice',
    file: 'src/relay/rules/tokens.ts',
    find: 'const given = this.#challenges.get(challenge);\n    this.#challenges.delete(challenge);\n',
    replace: 'const given = this.#challenges.get(challenge);\n',
    tests: [RELAY],
  },
  {
    about: 'a token of a relay never ends',
    file: 'src/relay/rules/tokens.ts',
    find: 'return session !== undefined && now < session.expires ? session : null;',
    replace: 'return session ?? null;',
    tests: [RELAY],
  },
  {
    about: 'who guesses at an invitation may guess without end',
    file: 'src/relay/rules/meetings.ts',
    find: '    if (sha256(secret) !== mailbox.token) {\n      await this.#store.tryMailbox(mailbox.id, MAILBOX_TRIES);\n',
    replace: '    if (sha256(secret) !== mailbox.token) {\n',
    tests: [RELAY],
  },
  {
    about: 'any member deletes the packs of others',
    file: 'src/relay/relay-service.ts',
    find: 'if (pack.by !== key && !(await isAdmin(store, group, key)))',
    replace: 'if (pack.by === key && !(await isAdmin(store, group, key)) && !session.groups.has(group))',
    tests: [RELAY],
  },
  {
    about: 'a pack that is put again while it is collected loses its bytes',
    file: 'src/relay/relay-service.ts',
    find: 'if ((await this.#world.store.pack(g, id)) === null) await this.#world.blobs.remove(g, id);',
    replace: 'await this.#world.blobs.remove(g, id);',
    tests: [RELAY],
  },
];
