import type { Terminal } from '../../src/main/cli/terminal.ts';

/** A terminal that keeps what a command says. */
export interface CapturedTerminal extends Terminal {
  /** Everything on standard output. */
  output(): string;
  /** Everything for people. */
  notes(): string;
}

export function capturedTerminal(given: Partial<Terminal> & { readonly input?: string } = {}): CapturedTerminal {
  const out: Buffer[] = [];
  let notes = '';
  return {
    out: async (content) => void out.push(Buffer.from(content as string)),
    note: (text) => {
      notes += text;
    },
    readInput: async () => given.input ?? '',
    askSecret: null,
    directory: '/home/ana',
    environment: {},
    colour: false,
    columns: null,
    noteColumns: null,
    output: () => Buffer.concat(out).toString(),
    notes: () => notes,
    ...given,
  };
}
