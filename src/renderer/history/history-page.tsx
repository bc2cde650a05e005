import { History } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { ActView, HistoryQuery } from '../../contract/contract.ts';
import { useApp } from '../client/app-context.tsx';
import { useDeviceNames } from '../client/use-device-names.ts';
import { useRequest } from '../client/use-request.ts';
import { ChoiceField } from '../components/choice-field.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { Loading } from '../components/loading.tsx';
import { PageFrame } from '../components/page-frame.tsx';
import { SearchBox } from '../components/search-box.tsx';
import { ActDialog } from './act-dialog.tsx';
import { endOfDay } from './end-of-day.ts';
import { HistoryList } from './history-list.tsx';
import { LateDayFilter } from './late-day-filter.tsx';
import { useActs } from './use-acts.ts';

const ANY = 'any';

/** What happened, newest first: filter it, look into it, take it back. */
export function HistoryPage() {
  const revision = useApp((state) => state.revision);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const devices = useRequest('devices:list', []);
  const nameOf = useDeviceNames();
  const [text, setText] = useState('');
  const [device, setDevice] = useState(ANY);
  const [collection, setCollection] = useState(ANY);
  const [day, setDay] = useState('');
  const [open, setOpen] = useState<ActView | null>(null);
  const asked = useDeferredValue(text.trim());
  const before = endOfDay(day);
  const filter: HistoryQuery = {
    ...(asked === '' ? {} : { text: asked }),
    ...(device === ANY ? {} : { device }),
    ...(collection === ANY ? {} : { collection }),
    ...(before === null ? {} : { before }),
  };
  const pages = useActs(filter, revision);
  const filtered = Object.keys(filter).length > 0;
  const nothing = !pages.loading && pages.acts.length === 0 && pages.error === null;
  return (
    <PageFrame title="History">
      <div className="filters">
        <SearchBox label="Find by name" value={text} onChange={setText} />
        <ChoiceField
          label="Collection"
          hideLabel
          options={[
            { id: ANY, label: 'All collections' },
            ...collections.map((one) => ({ id: one.id, label: one.name })),
          ]}
          value={collection}
          onChange={setCollection}
        />
        <ChoiceField
          label="Device"
          hideLabel
          options={[
            { id: ANY, label: 'All devices' },
            ...(devices.value ?? []).map((one) => ({ id: one.device, label: nameOf(one.device) })),
          ]}
          value={device}
          onChange={setDevice}
        />
        <LateDayFilter value={day} onChange={setDay} />
      </div>
      <ErrorNotice error={pages.error} asked={pages} />
      {pages.loading && pages.acts.length === 0 && <Loading what="history" />}
      {pages.acts.length > 0 && <HistoryList key={JSON.stringify(filter)} pages={pages} onOpen={setOpen} />}
      {nothing && (
        <EmptyState icon={History} title={filtered ? 'Nothing found' : 'Nothing happened yet'}>
          <p>
            {filtered
              ? 'No change fits what you look for. Leave out a filter, or look for a part of the name.'
              : 'Every change on any of your devices will stand here, and can be taken back.'}
          </p>
        </EmptyState>
      )}
      {open !== null && <ActDialog act={open} text={asked === '' ? null : asked} onClose={() => setOpen(null)} />}
    </PageFrame>
  );
}
