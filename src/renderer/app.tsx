import { Unplug } from 'lucide-react';
import { useLayoutEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import { writeNumbers } from '../contract/number-text.ts';
import { AppProvider, goTo, useApp, useAppContext } from './client/app-context.tsx';
import { PAGES, type Page } from './client/app-store.ts';
import { OPEN_ANEW, type RendererClient } from './client/connection.ts';
import { EmptyState } from './components/empty-state.tsx';
import { LOCALE, localNumber } from './components/locale.ts';
import { PageFrame } from './components/page-frame.tsx';
import { Sidebar } from './components/sidebar.tsx';
import { StateBanner } from './components/state-banner.tsx';
import { Toasts } from './components/toasts.tsx';
import { useLostFocus } from './components/use-lost-focus.ts';
import { ConflictsPage } from './conflicts/conflicts-page.tsx';
import { DevicesPage } from './devices/devices-page.tsx';
import { HistoryPage } from './history/history-page.tsx';
import { ProblemsPage } from './problems/problems-page.tsx';
import { SettingsPage } from './settings/settings-page.tsx';
import { AddDialog } from './sources/add-dialog.tsx';
import { DropTarget } from './sources/drop-target.tsx';
import { JoinDialog } from './sources/join-dialog.tsx';
import { SourcesPage } from './sources/sources-page.tsx';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/banner.css';
import './style/overlays.css';
import './style/lists.css';
import './style/sources.css';
import './style/devices.css';
import './style/conflicts.css';
import './style/records.css';
import './style/month.css';
import './style/panes.css';
import './style/history.css';
import './style/settings.css';

// The sentences of the contract too, which the command line has in common with the window.
writeNumbers(localNumber);

const VIEWS: { readonly [page in Page]: () => React.ReactNode } = {
  sources: SourcesPage,
  devices: DevicesPage,
  conflicts: ConflictsPage,
  history: HistoryPage,
  problems: ProblemsPage,
  settings: SettingsPage,
};

/** The whole window, for one client. */
export function App({ client }: { client: RendererClient }) {
  return (
    // What the components say by themselves is in English as all else is, whatever the person's language.
    <I18nProvider locale={LOCALE.tag}>
      <AppProvider client={client}>
        {/* biome-ignore lint/a11y/useValidAnchor: it goes to a place in this page, only not by its address */}
        <a className="skip" href="#content" onClick={skip}>
          Skip to content
        </a>
        <Window />
        <Toasts />
      </AppProvider>
    </I18nProvider>
  );
}

/** The address names the page, so the skip link moves the focus by hand. */
function skip(event: React.MouseEvent) {
  event.preventDefault();
  document.querySelector<HTMLElement>('main h1')?.focus();
}

/** Nothing is known and nobody answers: says how to get an answer. */
function Unreachable() {
  const again = useApp((state) => state.connection.is === 'lost' && state.connection.again);
  return (
    <PageFrame title="No connection">
      <EmptyState icon={Unplug} title="This page has no connection to Lockstep">
        {again ? (
          <p>Start Lockstep on this computer, and open the address it prints.</p>
        ) : (
          <p>{OPEN_ANEW} Each address works once, in one tab.</p>
        )}
      </EmptyState>
    </PageFrame>
  );
}

/** Goes to the field that searches what is on the screen, in the topmost dialog if there are some. Is there one? */
function find(): boolean {
  const shown = [...document.querySelectorAll('.dialog')].at(-1) ?? document;
  const field = shown.querySelector<HTMLInputElement>('input[type=search]');
  // Not every browser gives what is selected the focus as well.
  field?.focus();
  field?.select();
  return field !== null;
}

function Window() {
  const page = useApp((state) => state.page);
  const adding = useApp((state) => state.adding);
  const joining = useApp((state) => state.joining);
  const { store } = useAppContext();
  useLostFocus();
  // Before the window is seen: no key that somebody presses in it is lost.
  useLayoutEffect(() => {
    // Ctrl or Command with 1 to 6: the pages, in the order of the sidebar; with F what there is to search.
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'f' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && find())
        event.preventDefault();
      const target = PAGES[Number(event.key) - 1];
      if (target === undefined || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      goTo(target);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const View = VIEWS[page];
  const unreachable = useApp((state) => state.connection.is === 'lost' && state.status === null);
  return (
    <div className="window">
      <Sidebar />
      <div className="main-column">
        <StateBanner />
        <main id="content">{unreachable ? <Unreachable /> : <View key={page} />}</main>
      </div>
      <DropTarget />
      {/* What is dropped while it is open begins anew. */}
      {adding !== null && (
        <AddDialog key={adding.locations.join('\0')} adding={adding} onClose={() => store.setState({ adding: null })} />
      )}
      {joining !== null && <JoinDialog link={joining} onClose={() => store.setState({ joining: null })} />}
    </div>
  );
}
