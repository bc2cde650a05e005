import { CircleCheck, HelpCircle } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ProblemView } from '../../contract/contract.ts';
import { counted } from '../../contract/overall-state.ts';
import { useApp } from '../client/app-context.tsx';
import { useRequest } from '../client/use-request.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { When } from '../components/when.tsx';
import { ExplainDialog } from './explain-dialog.tsx';
import { problemAdvice, problemTitle } from './problem-advice.ts';

const SHOWN = 100;
/** So many more at a time: all ten thousand at once would hold up the window. */
const MORE = 500;

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
  const groups = problems.value === null ? [] : groupProblems(problems.value);
  return (
    <PageFrame title="Problems">
      <ErrorNotice error={problems.error} />
      {problems.value === null && problems.error === null && <Loading what="problems" />}
      {problems.value?.length === 0 && (
        <EmptyState icon={CircleCheck} title="No problems">
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
  const [most, setMost] = useState(SHOWN);
  const [explained, setExplained] = useState<ProblemView | null>(null);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const first = group[0] as ProblemView;
  const collection = collections.find((one) => one.id === first.collection)?.name ?? first.collection;
  const shown = group.slice(0, most);
  return (
    <section className="card problem-group">
      <h2>
        {problemTitle(first.code)}
        <span className="tag">{collection}</span>
        <span className="tag">{counted(group.length, 'item')}</span>
      </h2>
      <p className="advice">{problemAdvice(first.code)}</p>
      <ul className="rows">
        {shown.map((problem) => (
          <li key={`${problem.source} ${problem.record}`} className="row">
            <div className="row-text">
              <span className="path strong">{problem.record}</span>
              <span className="muted">
                {problem.detail} · since <When at={problem.since} />
              </span>
            </div>
            <Button className="button button-quiet button-small" onPress={() => setExplained(problem)}>
              <HelpCircle aria-hidden size={14} />
              Why?<span className="sr-only"> {problem.record}</span>
            </Button>
          </li>
        ))}
      </ul>
      {group.length > shown.length && (
        <Button className="button" onPress={() => setMost(most + MORE)}>
          Show {Math.min(MORE, group.length - shown.length).toLocaleString('en')} more of{' '}
          {(group.length - shown.length).toLocaleString('en')}
        </Button>
      )}
      {explained !== null && (
        <ExplainDialog collection={explained.collection} record={explained.record} onClose={() => setExplained(null)} />
      )}
    </section>
  );
}
