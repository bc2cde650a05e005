import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

/** What a page says when it has nothing to show, and what to do about it. */
export function EmptyState(props: { icon: LucideIcon; title: string; children: ReactNode; actions?: ReactNode }) {
  const Icon = props.icon;
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon aria-hidden size={28} strokeWidth={1.6} />
      </span>
      <h2>{props.title}</h2>
      <div className="empty-text">{props.children}</div>
      {props.actions !== undefined && <div className="actions">{props.actions}</div>}
    </div>
  );
}
