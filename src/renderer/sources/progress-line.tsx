import { ProgressBar } from 'react-aria-components';
import type { ProgressView } from '../../contract/contract.ts';
import { numberText } from '../../contract/number-text.ts';
import { byteSize } from '../components/byte-size.ts';
import { duration } from '../components/duration.ts';

const STAGES: { readonly [stage in ProgressView['stage']]: string } = {
  listing: 'Looking through the source',
  reading: 'Reading what changed',
  receiving: 'Receiving',
  writing: 'Writing',
};
const count = (value: number) => numberText(Math.round(value));

/** How far, how fast and how long still; each only where it is known. Bytes tell progress better where there are any. */
export function progressParts(progress: ProgressView): {
  readonly percent: number | null;
  readonly parts: readonly string[];
} {
  const { items, itemsTotal, bytes, bytesTotal, itemsPerSecond, secondsLeft } = progress;
  const share = bytesTotal > 0 ? bytes / bytesTotal : itemsTotal > 0 ? items / itemsTotal : null;
  const parts = [itemsTotal > 0 ? `${count(items)} of ${count(itemsTotal)} items` : `${count(items)} items`];
  if (bytesTotal > 0) parts.push(`${byteSize(bytes)} of ${byteSize(bytesTotal)}`);
  else if (bytes > 0) parts.push(byteSize(bytes));
  if (itemsPerSecond >= 1) parts.push(`${count(itemsPerSecond)} items/s`);
  if (bytesTotal > bytes && secondsLeft !== null && secondsLeft > 0) {
    parts.push(`${byteSize((bytesTotal - bytes) / secondsLeft)}/s`);
  }
  if (secondsLeft !== null) parts.push(`${secondsLeft < 5 ? '' : 'about '}${duration(secondsLeft)} left`);
  return { percent: share === null ? null : Math.min(100, Math.max(0, share * 100)), parts };
}

/** How far a transfer is, at what rate, and how long it still takes. */
export function ProgressLine({ progress, name }: { progress: ProgressView; name: string }) {
  const { percent, parts } = progressParts(progress);
  return (
    <ProgressBar
      className="progress"
      aria-label={`${name}: ${STAGES[progress.stage]}`}
      isIndeterminate={percent === null}
      {...(percent === null ? {} : { value: percent })}
    >
      <div className="progress-track">
        <div
          className={percent === null ? 'progress-fill endless' : 'progress-fill'}
          style={{ width: `${percent ?? 30}%` }}
        />
      </div>
      <p className="progress-facts num">
        {[...(percent === null ? [] : [`${Math.floor(percent)} %`]), ...parts].join(' · ')}
      </p>
    </ProgressBar>
  );
}
