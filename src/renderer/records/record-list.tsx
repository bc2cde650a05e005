import { useEffect, useState } from 'react';
import type { CollectionView, RecordsView, RecordView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { counted } from '../../contract/overall-state.ts';
import { recordName } from '../../contract/record-name.ts';
import { searchWords } from '../../contract/search-text.ts';
import { AnswerMemory, RememberedAnswers } from '../client/remembered-answers.ts';
import { useCalmRevision } from '../client/use-calm-revision.ts';
import { useRequest } from '../client/use-request.ts';
import { useSettled } from '../client/use-settled.ts';
import { RECORD_WORD, RecordIcon } from '../components/kind-icon.tsx';
import { MarkedText } from '../components/marked-text.tsx';
import { type RowFocus, VirtualRows } from '../components/virtual-rows.tsx';
import { FaceInList } from './face.tsx';
import { letterOf } from './initials.ts';

const ROW = 60;
const HEADING = 36;
/** Fewer names are seen at a glance, without letters between them. */
const MANY = 30;
/** Almost everything has one letter: whoever types on by then is not kept waiting by that. */
const PAUSE_MS = 120;

/** Titled by its id, for want of anything better. */
const isNameless = ({ id, title }: RecordView): boolean => title === id;
const headingOf = (record: RecordView): string => (isNameless(record) ? 'Without a name' : letterOf(record.title));

/** What is in a collection by a search, as the newest answer has it. */
export interface FoundRecords {
  /** null: no answer yet; `error` may say why. */
  readonly view: RecordsView | null;
  /** The search it answers. */
  readonly of: string;
  readonly error: ReturnType<typeof useRequest<'records:list'>>['error'];
}

/**
 * What says all of a search; what was found before stays until the next answer is there. It is asked about as it is typed, the newest once
 * the answer before is there.
 */
export function useFoundRecords(collection: string, search: string, isAsked: boolean): FoundRecords {
  const settled = useSettled(search, PAUSE_MS);
  const typed = search.trim().length === 1 ? settled : search;
  const [wanted, setWanted] = useState(typed);
  const revision = useCalmRevision();
  const { value, error, loading } = useRequest('records:list', isAsked ? [collection, wanted] : null, revision);
  useEffect(() => {
    if (!loading) setWanted(typed);
  }, [typed, loading]);
  const [last, setLast] = useState<{ readonly of: string; readonly view: RecordsView } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer is of what was wanted when it came
  useEffect(() => {
    if (value !== null) setLast({ of: wanted, view: value });
  }, [value]);
  return value === null ? { view: last?.view ?? null, of: last?.of ?? '', error } : { view: value, of: wanted, error };
}

/** Contacts by their letters, or events: what of them was found. */
export function RecordList(props: {
  collection: CollectionView;
  found: FoundRecords & { readonly view: RecordsView };
  /** What stands beside the list; null: nothing does. */
  chosen: string | null;
  onOpen: (record: RecordView) => void;
  /** A row was gone to. */
  onReach?: (record: RecordView) => void;
}) {
  const { collection, found, chosen } = props;
  const { list, total } = found.view;
  const words = searchWords(found.of);
  const revision = useCalmRevision();
  const [memory] = useState(() => new RememberedAnswers());
  const letterAt = (at: number): string | null => {
    const [one, before] = [list[at], list[at - 1]];
    if (collection.kind !== 'contacts' || list.length < MANY || one === undefined) return null;
    const letter = headingOf(one);
    return before !== undefined && headingOf(before) === letter ? null : letter;
  };
  return (
    <AnswerMemory value={memory}>
      <p className="muted" role="status">
        {howMany(total, collection, found.of)}
      </p>
      {list.length > 0 && (
        <VirtualRows
          label={`Everything in ${collection.name}`}
          className="rows-fill"
          count={list.length}
          of={list}
          estimate={(at) => (letterAt(at) === null ? ROW : ROW + HEADING)}
          keyOf={(at) => list[at]?.id ?? String(at)}
          row={(at, focus) => {
            const record = list[at];
            if (record === undefined) return null;
            const letter = letterAt(at);
            return (
              <>
                {letter !== null && <h3 className="agenda-day">{letter}</h3>}
                <RecordRow
                  collection={collection}
                  record={record}
                  words={words}
                  revision={revision}
                  isChosen={record.id === chosen}
                  focus={{
                    ...focus,
                    onFocus: () => {
                      focus.onFocus();
                      props.onReach?.(record);
                    },
                  }}
                  onOpen={() => props.onOpen(record)}
                />
              </>
            );
          }}
        />
      )}
    </AnswerMemory>
  );
}

function RecordRow(props: {
  collection: CollectionView;
  record: RecordView;
  words: readonly string[];
  revision: number;
  isChosen: boolean;
  focus: RowFocus;
  onOpen: () => void;
}) {
  const { collection, record, words } = props;
  const { id, title, line, found, hasPhoto = false } = record;
  const name = recordName(id, title, collection.kind);
  return (
    <button
      type="button"
      className="row row-button"
      {...props.focus}
      {...(props.isChosen ? { 'aria-current': true as const } : {})}
      onClick={props.onOpen}
    >
      {collection.kind === 'contacts' ? (
        <FaceInList
          of={{ collection: collection.id, record: id }}
          title={isNameless(record) ? '' : title}
          hasPhoto={hasPhoto}
          revision={props.revision}
        />
      ) : (
        <RecordIcon kind={collection.kind} />
      )}
      <span className="row-text">
        <span className="strong clip" dir="auto" title={name}>
          <MarkedText text={name} words={words} />
        </span>
        <span className="muted clip">
          {found !== undefined && `${found.label}: `}
          <MarkedText text={found?.text ?? line} words={words} />
        </span>
      </span>
      {record.conflicts !== undefined && <span className="tag">{counted(record.conflicts, 'conflict')}</span>}
    </button>
  );
}

function howMany(total: number, { kind, records }: CollectionView, search: string): string {
  if (search.trim() === '' && total === 0)
    return `Nothing is in it yet. ${kind === 'contacts' ? 'Contacts' : 'Events'} that are saved in one of its places appear here.`;
  if (search.trim() === '') return counted(total, RECORD_WORD[kind]);
  const all = counted(records, RECORD_WORD[kind]);
  return total > 0 ? `${numberText(total)} of ${all}` : `None of ${all} says this.`;
}
