import { type Message, type MessageOf, PIECE_LAST } from '../protocol/messages.ts';

/** One full package. Beside it a handshake and what opens a session are little, so that links which move as much may follow each other soon. */
const WORTH_BYTES = 64 * 1024;

/**
 * Counts what came of a link, in bytes of bulk: packages, and contents to their last byte. What is cut off in the middle of a content has to
 * be sent again, so it does not count, however much it was.
 */
export class MovedBulk {
  #came = 0;
  #went = 0;
  #granted = 0;

  /**
   * Did the link bring something? Counted is what arrived, and what was sent and dealt with: the peer granted as much again. Its word is
   * worth no more than what was sent.
   */
  get isWorth(): boolean {
    return this.#came + Math.min(this.#went, this.#granted) >= WORTH_BYTES;
  }

  /** So much arrived that it brought something, whatever was sent. */
  get isWorthHere(): boolean {
    return this.#came >= WORTH_BYTES;
  }

  came(message: Message): void {
    if (message.is === 'CREDIT') this.#granted += message.bytes;
    else this.#came += bulkOf(message);
  }
  went(message: Message): void {
    this.#went += bulkOf(message);
  }
}

function bulkOf(message: Message): number {
  if (message.is === 'PACKAGE') return message.packages.reduce((sum, each) => sum + each.length, 0);
  return message.is === 'CONTENT' ? message.pieces.reduce((sum, piece) => sum + wholeIn(piece), 0) : 0;
}
function wholeIn({ flags, total }: MessageOf<'CONTENT'>['pieces'][number]): number {
  return (flags & PIECE_LAST) === 0 ? 0 : total;
}
