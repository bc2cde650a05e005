import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { EXIT } from './exit-status.ts';

/** What a command has of the world around it: streams, the working directory and the environment. */
export interface Terminal {
  /** Resolves once the text or bytes were taken, so that a slow reader holds large output back. */
  out(content: string | Uint8Array): Promise<void>;
  /** For people: progress, messages, errors. Never part of the result. */
  note(text: string): void;
  /** All of standard input as text. */
  readInput(): Promise<string>;
  /** Asks a person for a secret, which is not shown while it is typed; null: nobody is there to ask. */
  readonly askSecret: ((question: string) => Promise<string>) | null;
  readonly directory: string;
  readonly environment: { readonly [name: string]: string | undefined };
  /** Whether standard output is a terminal that shows colours. */
  readonly colour: boolean;
  /** Columns of the terminal that the result goes to; null: it is none, and a program may read it line by line. */
  readonly columns: number | null;
  /** Columns of the terminal that notes go to; null: it is none, and nothing may be drawn over. */
  readonly noteColumns: number | null;
}

/** The real one. A reader that went away (`lockstep history | head`) ends the process quietly. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`lockstep: The output cannot be written: ${error.message}\n`);
    process.exit(EXIT.failed);
  });
  // Nobody reads what is said: that ends neither the work nor a synchronizer that runs for months.
  process.stderr.on('error', () => {});
  // An empty NO_COLOR says nothing (no-color.org).
  const plain = (process.env.NO_COLOR ?? '') !== '' || process.env.TERM === 'dumb';
  return {
    out: (content) => new Promise((resolve) => process.stdout.write(content, () => resolve())),
    note: (text) => void process.stderr.write(text),
    async readInput() {
      const chunks: Buffer[] = [];
      // Not process.stdin, here or elsewhere: to look at it is enough to make a pipe non-blocking, and a read before the link came would fail.
      for await (const chunk of createReadStream('', { fd: 0, autoClose: false })) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString('utf8');
    },
    askSecret: isatty(0) && process.stderr.isTTY === true ? askSecret : null,
    directory: process.cwd(),
    environment: process.env,
    colour: process.stdout.isTTY === true && !plain,
    columns: process.stdout.isTTY === true ? (process.stdout.columns ?? 80) : null,
    noteColumns: process.stderr.isTTY === true ? (process.stderr.columns ?? 80) : null,
  };
}

async function askSecret(question: string): Promise<string> {
  // Few calls need it, and each would load it.
  const { createInterface } = await import('node:readline/promises');
  // The line editor draws what is typed on its output: this one shows nothing.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now does the terminal itself show nothing either.
  process.stderr.write(question);
  lines.once('SIGINT', () => {
    process.stderr.write('\n');
    lines.close();
    process.exit(130);
  });
  try {
    // The end of the input is no answer.
    return await Promise.race([lines.question(''), once(lines, 'close').then(() => '')]);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
