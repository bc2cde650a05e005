import { Notification } from 'electron';
import type { NoticeView } from '../../contract/contract.ts';

const PAGES: { readonly [about in NoticeView['about']]: string } = {
  conflict: 'conflicts',
  halt: 'sources',
  request: 'devices',
  joined: 'devices',
  removed: 'devices',
  problem: 'problems',
};

/** Those on the screen: one that is let go of loses its click. */
const shown = new Set<Notification>();

/** Tells a person once, by the system's own means; a click leads to the page it is about. Does nothing where the system has none. */
export function notify(notice: NoticeView, open: (page: string) => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title: notice.title, body: notice.text });
  shown.add(notification);
  notification.on('close', () => shown.delete(notification));
  notification.on('click', () => {
    shown.delete(notification);
    open(PAGES[notice.about]);
  });
  notification.show();
}
