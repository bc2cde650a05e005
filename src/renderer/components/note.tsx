import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** A remark within a page or dialog. */
export function Note({ tone = 'info', children }: { tone?: 'info' | 'warn'; children: ReactNode }) {
  const Icon = tone === 'warn' ? TriangleAlert : Info;
  return (
    <div className={`notice notice-${tone}`}>
      <Icon aria-hidden size={16} />
      <div>{children}</div>
    </div>
  );
}
