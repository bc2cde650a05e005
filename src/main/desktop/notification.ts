import { Notification } from 'electron';
import type { NoticeView } from '../../contract/contract.ts';
import { NOTICE_PAGES } from '../../contract/notice-page.ts';
import { withNumbersHere } from '../../contract/number-text.ts';

/** Those on the screen: one that is let go of loses its click. */
const shown = new Set<Notification>();

/** Tells a person once, by the system's own means; a click leads to the page it is about. Does nothing where the system has none. */
export function notify(notice: NoticeView, open: (page: string) => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title: notice.title, body: withNumbersHere(notice.text) });
  shown.add(notification);
  notification.on('close', () => shown.delete(notification));
  notification.on('click', () => {
    shown.delete(notification);
    open(NOTICE_PAGES[notice.about]);
  });
  notification.show();
}
