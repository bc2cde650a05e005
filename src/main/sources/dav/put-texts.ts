import { LockstepError } from '../../platform/trouble.ts';
import type { NewDocument } from '../text/document-place.ts';
import { ServerBusy } from './server-busy.ts';
import type { DavAnswer } from './write-answer.ts';

/** New texts that are on their way to a server: it need not be quick to answer, and is not overrun. */
const PUTS_AT_ONCE = 4;

export interface PutTextsPort {
  put(document: NewDocument): Promise<DavAnswer>;
  /** Does the server answer what else it is asked? */
  answers(): Promise<boolean>;
}
/** How the server answered each text, by its name, or what failed of it; neither: it was not begun. */
export interface PutOutcome {
  readonly answers: ReadonlyMap<string, DavAnswer>;
  readonly failures: ReadonlyMap<string, LockstepError>;
}

/**
 * Gives many new texts to a server, some at once. A server of one process breaks off what it is asked meanwhile: from then on it is given one at a time.
 * What it breaks off all the same it may be unable to take, as long as it answers else: the others have their turn.
 */
export class PutTexts {
  readonly #port: PutTextsPort;
  #atOnce = PUTS_AT_ONCE;

  constructor(port: PutTextsPort) {
    this.#port = port;
  }

  /** Begins none any more once the server says that it is too busy, or does not answer at all. */
  async run(documents: readonly NewDocument[]): Promise<PutOutcome> {
    const answers = new Map<string, DavAnswer>();
    const failures = new Map<string, LockstepError>();
    const next = documents.values();
    const inTurn = async (): Promise<void> => {
      for (const document of next) {
        await this.#put(document, answers, failures);
        if (failures.size > 0 && !(await this.#goesOn(failures.get(document.name)))) return;
      }
    };
    await Promise.all(Array.from({ length: this.#atOnce }, inTurn));
    const isOverrun = this.#atOnce > 1 && failures.size > 0 && ![...failures.values()].some(isBusy);
    if (!isOverrun || !(await this.#port.answers())) return { answers, failures };
    this.#atOnce = 1;
    const again = await this.run(documents.filter(({ name }) => !answers.has(name)));
    return { answers: new Map([...answers, ...again.answers]), failures: again.failures };
  }

  async #put(
    document: NewDocument,
    answers: Map<string, DavAnswer>,
    failures: Map<string, LockstepError>,
  ): Promise<void> {
    try {
      answers.set(document.name, await this.#port.put(document));
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      failures.set(document.name, error);
    }
  }

  /** Of several at once nobody knows which one it was. */
  async #goesOn(failure: LockstepError | undefined): Promise<boolean> {
    if (this.#atOnce > 1 || isBusy(failure)) return false;
    return failure === undefined || (await this.#port.answers());
  }
}

const isBusy = (error: LockstepError | undefined): boolean => error instanceof ServerBusy;
