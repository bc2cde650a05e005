import { CircleCheck, RefreshCw, TriangleAlert } from 'lucide-react';
import { Button } from 'react-aria-components';
import { counted } from '../../contract/overall-state.ts';
import { useRequest } from '../client/use-request.ts';
import { useReturns } from '../client/use-returns.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { sentence } from '../components/sentence.ts';

/** What was checked on this device, and what to do where something is amiss. */
export function DoctorList() {
  const checks = useRequest('doctor', [], useReturns());
  const bad = checks.value?.filter((check) => !check.ok).length ?? 0;
  return (
    <section className="card" aria-labelledby="doctor">
      <div className="section-head">
        <h2 id="doctor">Checks of this device</h2>
        <Button className="button button-small" isDisabled={checks.loading} onPress={checks.reload}>
          <RefreshCw aria-hidden size={14} />
          Check again
        </Button>
      </div>
      <ErrorNotice error={checks.error} />
      <p className="muted" role="status">
        {checks.loading
          ? 'Checking…'
          : checks.value === null
            ? ''
            : bad === 0
              ? 'All is well.'
              : `${counted(bad, 'thing')} to look at.`}
      </p>
      <ul className="rows">
        {checks.value?.map((check) => (
          <li key={check.check} className="row check">
            {check.ok ? (
              <CircleCheck aria-label="Fine" size={16} className="row-sign tone-good" />
            ) : (
              <TriangleAlert aria-label="Look at this" size={16} className="row-sign tone-attention" />
            )}
            <div className="row-text">
              <span className="strong">{sentence(check.check)}</span>
              <span className="muted">{sentence(check.detail)}</span>
              {check.fix !== null && !check.ok && <span>{check.fix}</span>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
