import {
  CircleAlert,
  FolderSync,
  GitCompareArrows,
  History,
  type LucideIcon,
  MonitorSmartphone,
  Settings,
} from 'lucide-react';
import { useApp } from '../client/app-context.tsx';
import type { Page } from '../client/app-store.ts';
import { Logo } from './logo.tsx';

const ITEMS: readonly { readonly page: Page; readonly label: string; readonly icon: LucideIcon }[] = [
  { page: 'sources', label: 'Sources', icon: FolderSync },
  { page: 'devices', label: 'Devices', icon: MonitorSmartphone },
  { page: 'conflicts', label: 'Conflicts', icon: GitCompareArrows },
  { page: 'history', label: 'History', icon: History },
  { page: 'problems', label: 'Problems', icon: CircleAlert },
  { page: 'settings', label: 'Settings', icon: Settings },
];
const WAITING: { readonly [page in Page]: string } = {
  sources: 'stopped',
  devices: 'waiting',
  conflicts: 'open',
  history: '',
  problems: 'open',
  settings: '',
};

/** The pages, and how many things wait on each. */
export function Sidebar() {
  const page = useApp((state) => state.page);
  const collections = useApp((state) => state.status?.collections) ?? [];
  const requests = useApp((state) => state.requests.length);
  const waits: { readonly [page in Page]: number } = {
    sources: collections.filter((one) => one.state === 'halted').length,
    devices: requests,
    // What others settle waits for nobody here.
    conflicts: collections.reduce((total, one) => total + (one.decidedBy === undefined ? one.conflicts : 0), 0),
    history: 0,
    problems: collections.reduce((total, one) => total + one.problems, 0),
    settings: 0,
  };
  return (
    <nav className="sidebar" aria-label="Pages">
      <div className="brand">
        <Logo />
        <span>Lockstep</span>
      </div>
      <ul>
        {ITEMS.map((item) => (
          <li key={item.page}>
            <a href={`#${item.page}`} aria-current={item.page === page ? 'page' : undefined}>
              <item.icon aria-hidden size={18} strokeWidth={1.9} />
              <span className="nav-label">{item.label}</span>
              {waits[item.page] > 0 && (
                <span className="badge">
                  {waits[item.page] > 999 ? '999+' : waits[item.page]}
                  <span className="sr-only"> {WAITING[item.page]}</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
