import { Bell, CircleCheck, OctagonAlert, RefreshCw, X } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { useApp, useAppContext } from '../client/app-context.tsx';
import type { Toast } from '../client/app-store.ts';

const ICONS = { done: CircleCheck, notice: Bell, failed: OctagonAlert, busy: RefreshCw } as const;
const PLAIN_MS = 8_000;
const WITH_ACTION_MS = 30_000;

function ToastCard({ toast }: { toast: Toast }) {
  const { store } = useAppContext();
  const [held, setHeld] = useState(false);
  // The same as long as the message is: others that come and go beside it must not begin its time anew.
  const onClose = useCallback(
    () => store.setState({ toasts: store.getState().toasts.filter((one) => one.id !== toast.id) }),
    [store, toast.id],
  );
  useEffect(() => {
    // Failures stay until they are put away, what goes on until it is over; nothing goes while it is pointed at or holds the focus.
    if (held || toast.tone === 'failed' || toast.tone === 'busy') return;
    const away = () => {
      // Under a dialog it is hardly seen: it waits.
      if (document.querySelector('.overlay') === null) onClose();
      else timer = setTimeout(away, PLAIN_MS);
    };
    let timer = setTimeout(away, toast.action === null ? PLAIN_MS : WITH_ACTION_MS);
    return () => clearTimeout(timer);
  }, [held, toast, onClose]);
  const Icon = ICONS[toast.tone];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing only holds the message; every action in it is a button
    <div
      className={`toast toast-${toast.tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon aria-hidden size={18} />
      <p>{toast.text}</p>
      {toast.action !== null && (
        <Button
          className="button button-small"
          onPress={() => {
            toast.action?.run();
            onClose();
          }}
        >
          {toast.action.label}
        </Button>
      )}
      <Button className="button button-icon button-quiet button-small" aria-label="Dismiss" onPress={onClose}>
        <X aria-hidden size={16} />
      </Button>
    </div>
  );
}

/** The messages at the lower edge. A live region, so each is also heard; a landmark, so it can be reached. */
export function Toasts() {
  const toasts = useApp((state) => state.toasts);
  return (
    // data-react-aria-top-layer: it is also heard while a dialog is open, though it lies under it.
    <section className="toasts" aria-label="Messages" aria-live="polite" data-react-aria-top-layer="true">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}
