import { LockstepError } from '../../platform/trouble.ts';
import type { NewDocument } from '../text/document-place.ts';
import { ServerBusy } from './server-busy.ts';
import type { DavAnswer } from './write-answer.ts';

/** New texts that are on their way to a server: it need not be quick to answer, and is not overrun. */
const PUTS_AT_ONCE = 4;
/** After so many that went through one at a time some go at once again; four times as many after each time that this was too much. */
const THROUGH_BEFORE_MORE = 100;
/** Where it breaks off so many in a row it is hardly a matter of the texts: each may take a minute to fail, and no look has its turn meanwhile. */
const MOST_BROKEN_OFF = 3;

export interface PutTextsPort {
  put(document: NewDocument): Promise<DavAnswer>;
  /** Does the server answer what else it is asked? */
  answers(): Promise<boolean>;
}
/** How the server answered each text, by its name, or what failed of it; neither: it was not begun. */
export interface PutOutcome {
  readonly answers: ReadonlyMap<string, DavAnswer>;
  readonly failures: ReadonlyMap<string, LockstepError>;
  /** Those that failed while the server answers else: it may be unable to take them. */
  readonly brokenOff: ReadonlySet<string>;
}

/**
 * Gives many new texts to a server, some at once. A server of one process breaks off what it is asked meanwhile: from then on it is given one at a time,
 * until many went through, for it may have been the line. What it breaks off all the same it may be unable to take, as long as it answers else: the
 * others have their turn.
 */
export class PutTexts {
  readonly #port: PutTextsPort;
  #atOnce = PUTS_AT_ONCE;
  #through = 0;
  #throughBeforeMore = THROUGH_BEFORE_MORE;

  constructor(port: PutTextsPort) {
    this.#port = port;
  }

  /** Begins none any more once the server says that it is too busy, does not answer at all, or breaks off one after the other. */
  async run(documents: readonly NewDocument[]): Promise<PutOutcome> {
    const answers = new Map<string, DavAnswer>();
    if (this.#atOnce > 1) {
      const failures = await this.#putAtOnce(documents, answers);
      const isOverrun = failures.size > 0 && ![...failures.values()].some(isBusy);
      if (!isOverrun || !(await this.#port.answers())) return { answers, failures, brokenOff: new Set() };
      this.#atOnce = 1;
    }
    const rest = documents.filter(({ name }) => !answers.has(name));
    return { answers, ...(await this.#putInTurn(rest, answers)) };
  }

  /** Of several at once nobody knows which one it was that made it fail: none is begun after that. What failed. */
  async #putAtOnce(
    documents: readonly NewDocument[],
    answers: Map<string, DavAnswer>,
  ): Promise<PutOutcome['failures']> {
    const failures = new Map<string, LockstepError>();
    const next = documents.values();
    const inTurn = async (): Promise<void> => {
      for (const document of next) {
        await this.#put(document, answers, failures);
        if (failures.size > 0) return;
      }
    };
    await Promise.all(Array.from({ length: this.#atOnce }, inTurn));
    return failures;
  }

  async #putInTurn(
    documents: readonly NewDocument[],
    answers: Map<string, DavAnswer>,
  ): Promise<Pick<PutOutcome, 'failures' | 'brokenOff'>> {
    const failures = new Map<string, LockstepError>();
    const brokenOff = new Set<string>();
    let inARow = 0;
    for (const document of documents) {
      await this.#put(document, answers, failures);
      const failure = failures.get(document.name);
      inARow = failure === undefined ? 0 : inARow + 1;
      this.#through = failure === undefined ? this.#through + 1 : 0;
      if (failure === undefined) continue;
      if (isBusy(failure) || !(await this.#port.answers())) break;
      brokenOff.add(document.name);
      if (inARow === MOST_BROKEN_OFF) break;
    }
    if (this.#through >= this.#throughBeforeMore) {
      this.#atOnce = PUTS_AT_ONCE;
      this.#through = 0;
      this.#throughBeforeMore *= 4;
    }
    return { failures, brokenOff };
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
}

const isBusy = (error: LockstepError): boolean => error instanceof ServerBusy;
