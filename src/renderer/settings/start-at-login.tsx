import { Checkbox } from 'react-aria-components';
import { useAction } from '../client/use-action.ts';
import { useRequest } from '../client/use-request.ts';
import { ErrorNotice } from '../components/error-notice.tsx';

/** Whether the app starts with the computer. The system keeps that, so it takes effect at once. */
export function StartAtLogin() {
  const asked = useRequest('desktop:start-at-login', [null]);
  const set = useAction('desktop:start-at-login');
  if (asked.value === null) return <ErrorNotice error={asked.error} asked={asked} />;
  return (
    <section className="card settings-group" aria-labelledby="starting">
      <h2 id="starting">Starting</h2>
      <Checkbox
        className="checkbox"
        isSelected={asked.value}
        isDisabled={set.busy}
        onChange={(on) => void set.run(on).then(asked.reload)}
      >
        <span className="box" aria-hidden />
        <span>
          Start Lockstep when you log in
          <small>Without its window: it is in the tray, and keeps everything in step.</small>
        </span>
      </Checkbox>
      <ErrorNotice error={set.error} />
    </section>
  );
}
