import { CircleCheck, HelpCircle, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { ActView, ProblemView } from '../../contract/contract.ts';
import { counted, troubledElsewhere } from '../../contract/overall-state.ts';
import { isEndedByUndo, problemAdvice, problemKind, problemTitle } from '../../contract/problem-advice.ts';
import { recordName } from '../../contract/record-name.ts';
import { useApp } from '../client/app-context.tsx';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { sentence } from '../components/sentence.ts';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { When } from '../components/when.tsx';
import { ActDialog } from '../history/act-dialog.tsx';
import { ExplainDialog } from './explain-dialog.tsx';

const ROW = 59;

export interface ProblemGroupView {
  /** As of `problemKind`. */
  readonly kind: string;
  readonly collection: string;
  readonly problems: readonly ProblemView[];
}

/**
 * Problems of one kind in one collection stand together: one reason, one advice, many items. Largest groups first. `formats`: of the sources
 * here, by their places.
 */
export function groupProblems(
  problems: readonly ProblemView[],
  formats: ReadonlyMap<string, string>,
): readonly ProblemGroupView[] {
  const kindOf = ({ code, source }: ProblemView) => problemKind(code, formats.get(source) ?? null);
  const groups = Map.groupBy(problems.flatMap(itemsOf), (problem) => `${problem.collection}\n${kindOf(problem)}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      return first === undefined ? [] : [{ kind: kindOf(first), collection: first.collection, problems: group }];
    })
    .sort((a, b) => b.problems.length - a.problems.length);
}

/** What waits for a place that may only be read, item by item: each of them can be undone. */
const itemsOf = ({ changes, ...problem }: ProblemView): readonly ProblemView[] =>
  changes === undefined ? [problem] : changes.map((each) => ({ ...problem, ...each, detail: '' }));

/** Every item that is not in step, with the reason and what to do. */
export function ProblemsPage() {
  const revision = useApp((state) => state.revision);
  const problems = useRequest('problems:list', [null], revision);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const elsewhere = troubledElsewhere(collections);
  const formats = new Map(collections.flatMap(({ sources }) => sources.map((one) => [one.location, one.format])));
  const groups = groupProblems(problems.value ?? [], formats);
  return (
    <PageFrame title="Problems">
      <ErrorNotice error={problems.error} asked={problems} />
      {problems.value === null && problems.error === null && <Loading what="problems" />}
      {elsewhere !== '' && (
        <Note tone="warn">
          <p>Not in step: {elsewhere}. The reason for each stands under Problems there.</p>
        </Note>
      )}
      {problems.value?.length === 0 && (
        <EmptyState icon={CircleCheck} title={elsewhere === '' ? 'No problems' : 'No problems on this device'}>
          <p>Should an item not be kept in step, it stands here with the reason. All others go on meanwhile.</p>
        </EmptyState>
      )}
      {groups.map((group) => (
        <ProblemGroup key={`${group.collection} ${group.kind}`} group={group} />
      ))}
    </PageFrame>
  );
}

function ProblemGroup({ group: { kind, collection: id, problems } }: { group: ProblemGroupView }) {
  const [explained, setExplained] = useState<ProblemView | null>(null);
  const [act, setAct] = useState<ActView | null>(null);
  const lastAct = useAction('history:acts');
  const showChange = async ({ collection, record }: ProblemView) => {
    const reply = await lastAct.run({ collection, record, limit: 1, changesLimit: 1 });
    if (reply.ok) setAct(reply.value[0] ?? null);
  };
  const collections = useApp((state) => state.status?.collections) ?? [];
  const collection = collections.find((one) => one.id === id);
  // A file is told with its path; of a contact it is not seen where it stands.
  const nameOf = ({ title, record }: ProblemView): string =>
    title === undefined ? record : recordName(record, title, collection?.kind ?? null);
  const isPlaced = collection !== undefined && collection.kind !== 'files';
  return (
    <section className="card problem-group">
      <h2>
        {problemTitle(kind)}
        <span className="tag">{collection?.name ?? id}</span>
        <span className="tag">{counted(problems.length, 'item')}</span>
      </h2>
      <p className="advice">{problemAdvice(kind)}</p>
      <ErrorNotice error={lastAct.error} />
      <VirtualRows
        className="rows-box rows-divided"
        label={problemTitle(kind)}
        count={problems.length}
        of={problems}
        estimate={() => ROW}
        keyOf={(at) => `${problems[at]?.source} ${problems[at]?.record}`}
        row={(at, focus) => {
          const problem = problems[at];
          return (
            problem !== undefined && (
              <div className="row">
                <div className="row-text">
                  <span className={problem.title === undefined ? 'path strong' : 'strong'} dir="auto">
                    {nameOf(problem)}
                  </span>
                  {problem.detail !== '' && <span className="muted">{sentence(problem.detail)}</span>}
                  <span className="muted">
                    Since <When at={problem.since} />
                    {isPlaced && problem.source !== '' && (
                      <>
                        , in <span className="path">{problem.source}</span>
                      </>
                    )}
                  </span>
                </div>
                {isEndedByUndo(kind) && (
                  <button
                    type="button"
                    className="button button-small"
                    tabIndex={focus.tabIndex}
                    onClick={() => void showChange(problem)}
                  >
                    <Undo2 aria-hidden size={14} />
                    See the change…<span className="sr-only"> of {nameOf(problem)}</span>
                  </button>
                )}
                <button
                  type="button"
                  className="button button-quiet button-small"
                  {...focus}
                  onClick={() => setExplained(problem)}
                >
                  <HelpCircle aria-hidden size={14} />
                  Why?<span className="sr-only"> {nameOf(problem)}</span>
                </button>
              </div>
            )
          );
        }}
      />
      {explained !== null && (
        <ExplainDialog
          collection={explained.collection}
          record={explained.record}
          {...(explained.title === undefined ? {} : { title: nameOf(explained) })}
          advice={problemAdvice(kind)}
          onClose={() => setExplained(null)}
        />
      )}
      {act !== null && <ActDialog act={act} text={null} onClose={() => setAct(null)} />}
    </section>
  );
}
