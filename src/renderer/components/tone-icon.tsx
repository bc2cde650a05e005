import {
  CircleCheck,
  CircleDashed,
  CircleSlash2,
  Clock,
  type LucideIcon,
  RefreshCw,
  TriangleAlert,
} from 'lucide-react';
import type { Tone } from '../../contract/overall-state.ts';

const ICONS: { readonly [tone in Tone]: LucideIcon } = {
  good: CircleCheck,
  busy: RefreshCw,
  waiting: Clock,
  attention: TriangleAlert,
  stopped: CircleSlash2,
  neutral: CircleDashed,
};

/** The sign of a state. Always beside its words: colour and shape alone tell nothing to some people. */
export function ToneIcon({ tone, size = 16 }: { tone: Tone; size?: number }) {
  const Icon = ICONS[tone];
  return <Icon aria-hidden className={`tone-icon tone-${tone}`} size={size} strokeWidth={2.2} />;
}
