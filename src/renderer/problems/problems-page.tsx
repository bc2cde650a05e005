import { CircleCheck, HelpCircle } from 'lucide-react';
import { useState } from 'react';
import type { ProblemView } from '../../contract/contract.ts';
import { counted, troubledElsewhere } from '../../contract/overall-state.ts';
import { useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { Note } from '../components/note.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { sentence } from '../components/sentence.ts';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { When } from '../components/when.tsx';
import { ExplainDialog } from './explain-dialog.tsx';
import { problemAdvice, problemTitle } from './problem-advice.ts';

const ROW = 59;

/** Problems of one kind in one collection stand together: one reason, one advice, many items. Largest groups first. */
export function groupProblems(problems: readonly ProblemView[]): readonly (readonly ProblemView[])[] {
  const groups = new Map<string, ProblemView[]>();
  for (const problem of problems) {
    const key = `${problem.collection}\n${problem.code}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** Every item that is not in step, with the reason and what to do. */
export function ProblemsPage() {
  const revision = useApp((state) => state.revision);
  const problems = useRequest('problems:list', [null], revision);
  const elsewhere = troubledElsewhere(useApp((state) => state.status?.collections) ?? []);
  const groups = problems.value === null ? [] : groupProblems(problems.value);
  return (
    <PageFrame title="Problems">
      <ErrorNotice error={problems.error} />
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
        <ProblemGroup key={`${group[0]?.collection} ${group[0]?.code}`} group={group} />
      ))}
    </PageFrame>
  );
}

function ProblemGroup({ group }: { group: readonly ProblemView[] }) {
  const [explained, setExplained] = useState<ProblemView | null>(null);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const first = group[0] as ProblemView;
  const collection = collections.find((one) => one.id === first.collection)?.name ?? first.collection;
  return (
    <section className="card problem-group">
      <h2>
        {problemTitle(first.code)}
        <span className="tag">{collection}</span>
        <span className="tag">{counted(group.length, 'item')}</span>
      </h2>
      <p className="advice">{problemAdvice(first.code)}</p>
      <VirtualRows
        className="rows-box rows-divided"
        label={problemTitle(first.code)}
        count={group.length}
        estimate={() => ROW}
        keyOf={(at) => `${group[at]?.source} ${group[at]?.record}`}
        row={(at, focus) => {
          const problem = group[at];
          return (
            problem !== undefined && (
              <div className="row">
                <div className="row-text">
                  <span className="path strong">{problem.record}</span>
                  <span className="muted">{sentence(problem.detail)}</span>
                  <span className="muted">
                    Since <When at={problem.since} />
                  </span>
                </div>
                <button
                  type="button"
                  className="button button-quiet button-small"
                  {...focus}
                  onClick={() => setExplained(problem)}
                >
                  <HelpCircle aria-hidden size={14} />
                  Why?<span className="sr-only"> {problem.record}</span>
                </button>
              </div>
            )
          );
        }}
      />
      {explained !== null && (
        <ExplainDialog collection={explained.collection} record={explained.record} onClose={() => setExplained(null)} />
      )}
    </section>
  );
}
