import type { PlannedView } from '../../contract/contract.ts';
import type { Collection } from '../collection.ts';
import { type RecordId, recordId } from '../record/ids.ts';
import { DELETED_ELSEWHERE } from '../store/problem-store.ts';
import { type Question, questionOf, questionText } from '../take-in/deleted-elsewhere.ts';
import type { TakeInResult } from '../take-in/take-in.ts';

/** What the next cycle of a source would take in, and what a person would be asked. */
export interface SourcePreview {
  readonly local: readonly PlannedView[];
  readonly halt: { readonly reason: string; readonly detail: string } | null;
  readonly plan: string | null;
  /** Confirming the plan deletes these here. */
  readonly asked: readonly RecordId[];
}

type Halted = Extract<TakeInResult, { is: 'halted' }>;

/**
 * What a person is asked about one source, and what they said. A halt stops all of it until its plan is confirmed; a question is about items
 * that others deleted, while all else goes on. What was confirmed is one plan, and counts until a look at everything has carried it out.
 */
export class SourceConfirmation {
  readonly #collection: Collection;
  readonly #source: number;
  #confirmed: string | null = null;
  #isHalted = false;

  /** `source`: its row. */
  constructor(collection: Collection, source: number) {
    this.#collection = collection;
    this.#source = source;
  }

  /** Nothing goes on here before a person has said so. */
  get isHalted(): boolean {
    return this.#isHalted;
  }
  /** The plan a person let go on; null: none is to be carried out. */
  get confirmed(): string | null {
    return this.#confirmed;
  }
  /** The question as a person is shown it; null: nothing is asked. */
  get question(): { readonly reason: string; readonly plan: string } | null {
    const question = this.#question();
    return question === null ? null : { reason: questionText(question), plan: question.plan };
  }

  /** A look found what nobody may take in unasked. Returns why, for people. */
  halt(halted: Halted): string {
    this.#isHalted = true;
    return this.#haltText(halted);
  }

  /** A look found nothing to halt at. */
  goOn(): void {
    this.#isHalted = false;
  }

  /** A person lets go on exactly this plan: what a halt was about is taken in, what a question was about is deleted here. */
  confirm(plan: string): void {
    this.#confirmed = plan;
  }

  /** A look at everything took in what was confirmed. What a question was about is a problem, and due again after each of those. */
  carriedOut(): void {
    this.#confirmed = null;
  }

  /** The rows of what is gone by this plan; null: that is not what a look that changed nothing halts for. */
  goneBy(looked: TakeInResult, plan: string): readonly number[] | null {
    if (looked.is !== 'halted' || looked.plan !== plan) return null;
    const gone = looked.local.flatMap(({ record, action }) => (action === 'delete' ? recordId(record) : []));
    return gone.flatMap((id) => this.#collection.records.find(id)?.row ?? []);
  }

  /** What a look that changed nothing found, as a person is shown it before they confirm. */
  previewOf(looked: TakeInResult): SourcePreview {
    switch (looked.is) {
      case 'planned': {
        const question = this.#question();
        if (question === null) return { local: looked.local, halt: null, plan: null, asked: [] };
        const halt = { reason: DELETED_ELSEWHERE, detail: questionText(question) };
        return { local: looked.local, halt, plan: question.plan, asked: question.records };
      }
      case 'halted': {
        const halt = { reason: looked.reason, detail: this.#haltText(looked) };
        return { local: looked.local, halt, plan: looked.plan, asked: [] };
      }
      case 'unavailable':
        return { local: [], halt: { reason: looked.code, detail: looked.detail }, plan: null, asked: [] };
      case 'done':
        return { local: [], halt: null, plan: null, asked: [] };
    }
  }

  #question(): Question | null {
    return questionOf(this.#collection, this.#source);
  }

  /** How much of the source there is to decide about. */
  #haltText({ reason, local }: Halted): string {
    const { live } = this.#collection.records;
    const share = (action: 'delete' | 'modify'): string =>
      `${local.filter((item) => item.action === action).length.toLocaleString('en')} of ${live.toLocaleString('en')} items`;
    switch (reason) {
      case 'emptied':
        return 'Everything in it is gone. Nothing more is deleted elsewhere: look whether its disk or server is as it should be, then confirm, or put the items back.';
      case 'mass-delete':
        return `${share('delete')} are gone. None of them was deleted elsewhere: confirm, or put them back.`;
      case 'mass-rewrite':
        return `${share('modify')} have other contents. None of them was changed elsewhere: confirm, or put them back.`;
    }
  }
}
