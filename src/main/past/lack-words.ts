import { listed } from '../../contract/overall-state.ts';
import type { HistoryPort } from './history-port.ts';

/**
 * Why content cannot be had now, as the end of a sentence without its full stop: who is linked and sends nothing of what was asked for, if anybody
 * is, so that a person knows where to look. `its`: what lacks it, as in `its content`.
 */
export function lackWords({ members }: Pick<HistoryPort, 'members'>, its: string): string {
  const silent = members.others().flatMap(({ device, isSilent }) => (isSilent ? [members.nameOf(device)] : []));
  if (silent.length === 0) return `no device that is linked has ${its}`;
  const send = silent.length === 1 ? 'is linked and sends' : 'are linked and send';
  return `${listed(silent)} ${send} nothing of the contents asked for, and no other device that is linked has ${its}`;
}
