/* Planted bugs (planted-bugs.mjs) of what waits: for a peer that is slow or silent, for those that are yet to link, for a file that changes on and on. */
const REQUESTS = 'src/main/peers/session/content-requests.ts';
const REQUESTS_TESTS = ['test/unit/peers/session/content-requests.test.ts'];
const SILENCE = 'src/main/peers/session/silence-watch.ts';
const NEWS = 'src/main/start-news.ts';
const NEWS_TESTS = ['test/unit/start-news.test.ts'];

/** @type {readonly { about: string, file: string, find: string, replace: string, tests: readonly string[] }[]} */
export const PLANTED_WAITING_BUGS = [
  {
    about: 'a large file whose list of chunks is long ends the link',
    file: REQUESTS,
    find: "if (kind === 'chunk-list') return LONGEST_CHUNK_LIST;",
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'a peer may send a chunk as long as what it says that one is',
    file: REQUESTS,
    find: "return kind === 'content' ? Math.max(LONGEST_CONTENT, Math.min(size, LONGEST_PART)) : LONGEST_CONTENT;",
    replace: 'return Math.max(LONGEST_CONTENT, Math.min(size, LONGEST_PART));',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'a part that is longer than others ends the link',
    file: REQUESTS,
    find: "return kind === 'content' ? Math.max(LONGEST_CONTENT, Math.min(size, LONGEST_PART)) : LONGEST_CONTENT;",
    replace: 'return LONGEST_CONTENT;',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'many chunks of one request run over the end of the memory they come into',
    file: REQUESTS,
    find: '    room.used = 0;\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'what a peer refuses in the middle counts as it came until then',
    file: REQUESTS,
    find: '      item.bytes = null;\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'who asks for one thing twice that a silent peer was asked for waits for ever',
    file: REQUESTS,
    find: 'if (!item.isOpen || item.asks.has(ask)) continue;',
    replace: 'if (!item.isOpen) continue;',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'what came after all stays in memory for as long as the link',
    file: REQUESTS,
    find: '    else this.#port.clock.after(LATE_KEPT_MS, forget);\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'what a silent peer refused once is never asked for again',
    file: REQUESTS,
    find: 'if (item.bytes === null || item.asks.size > 0) forget();\n    else',
    replace: 'if (item.asks.size > 0) forget();\n    else',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'a peer that was silent once is asked later and later, whatever it sends between',
    file: REQUESTS,
    find: '    this.#retry.ended();\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'who asks on a link that has ended waits for ever',
    file: REQUESTS,
    find: '    this.#ended = true;\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'the peer of a link that has ended falls silent',
    file: REQUESTS,
    find: '    this.#late.clear();\n    this.#watch.end();',
    replace: '    this.#late.clear();',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'a peer is silent as soon as it is asked, for what it was not asked before',
    file: SILENCE,
    find: '    this.#quiet = 0;\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'a peer whose frame stands still is waited for without end',
    file: SILENCE,
    find: '    this.#arriving = arriving;\n',
    replace: '',
    tests: REQUESTS_TESTS,
  },
  {
    about: 'what is new at a start waits for ever where no peer is there',
    file: NEWS,
    find: '        this.#isOver = true;\n        this.#port.look();',
    replace: '        this.#port.look();',
    tests: NEWS_TESTS,
  },
  {
    about: 'what waited a minute at a start is not looked at then',
    file: NEWS,
    find: '        this.#isOver = true;\n        this.#port.look();',
    replace: '        this.#isOver = true;',
    tests: NEWS_TESTS,
  },
  {
    about: 'what is new at a start waits the whole minute though all is here that peers told',
    file: NEWS,
    find: 'return !this.#isOver && !this.#port.caughtUp();',
    replace: 'return !this.#isOver;',
    tests: NEWS_TESTS,
  },
  {
    about: 'what is new at a start is not looked at as peers tell of it',
    file: NEWS,
    find: '    if (this.waits && !this.isHeld) this.#port.look();\n',
    replace: '',
    tests: NEWS_TESTS,
  },
  {
    about: 'all that peers tell is a reason to look again while something waits',
    file: NEWS,
    find: 'if (this.waits && !this.isHeld) this.#port.look();',
    replace: 'if (this.waits) this.#port.look();',
    tests: NEWS_TESTS,
  },
  {
    about: 'a contact that is made hours after the start waits for peers',
    file: NEWS,
    find: '    if (!waits) this.stop();\n    else\n',
    replace: '    if (waits)\n',
    tests: NEWS_TESTS,
  },
  {
    about: 'each look at a start makes what is new wait a minute longer',
    file: NEWS,
    find: 'this.#cancel ??= this.#clock',
    replace: 'this.#cancel?.();\n    if (waits) this.#cancel = this.#clock',
    tests: NEWS_TESTS,
  },
  {
    about: 'what waits at a start is looked at after the program has ended',
    file: NEWS,
    find: '    this.#cancel?.();\n',
    replace: '',
    tests: NEWS_TESTS,
  },
  {
    about: 'a file that changes on and on is not read again until a clock that was set back has come as far',
    file: 'src/main/take-in/later-looks/restless-items.ts',
    find: 'due !== undefined && due >= now && due - now <= REST_MS',
    replace: 'due !== undefined && due >= now',
    tests: ['test/unit/take-in/later-looks/restless-items.test.ts'],
  },
];
