import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useEscapeUnfocused } from './use-escape-unfocused.ts';
import { useReturnFocus } from './use-return-focus.ts';

/**
 * A dialog that keeps the focus inside and gives it back when closed. Escape and the corner button close it; a click beside it does not
 * where `careful`, because something typed would be lost.
 */
export function DialogFrame(props: {
  title: string;
  /** More of what the title names, below it. */
  subtitle?: string;
  /** What stands before the title: a face. */
  mark?: ReactNode;
  /** `panes`: with room for a list and what is chosen in it. */
  width?: 'narrow' | 'wide' | 'panes';
  careful?: boolean;
  /** How tall it is from the start, so that what comes later does not move it; none: as tall as what is in it. */
  room?: 'none' | 'some' | 'all';
  alert?: boolean;
  onClose: () => void;
  /** Enter in a line of text does what the main button does; null: not now. */
  onEnter?: (() => void) | null;
  footer?: ReactNode;
  children: ReactNode;
}) {
  useReturnFocus();
  useEscapeUnfocused(props.onClose);
  const dialog = useRef<HTMLElement>(null);
  useEffect(() => {
    // A button that was pressed and goes grey gives its focus to nobody, one frame later: Tab would begin at the page.
    const refocus = () => {
      if (document.activeElement === document.body) dialog.current?.focus();
    };
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(refocus);
    });
    return () => cancelAnimationFrame(frame);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isEnterInLine(event) || props.onEnter == null) return;
    // What comes of it at once may bring a button that takes the focus: the same stroke must not press that.
    event.preventDefault();
    props.onEnter();
  };
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={props.careful !== true}
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
    >
      <Modal className={`modal room-${props.room ?? 'none'} modal-${props.width ?? 'narrow'}`}>
        <Dialog ref={dialog} className="dialog" role={props.alert === true ? 'alertdialog' : 'dialog'}>
          <header className="dialog-head">
            {props.mark}
            <div className="dialog-title">
              <Heading slot="title" dir="auto">
                {props.title}
              </Heading>
              {props.subtitle !== undefined && props.subtitle !== '' && (
                <p className="muted" dir="auto">
                  {props.subtitle}
                </p>
              )}
            </div>
            <Button className="button button-icon button-quiet" aria-label="Close" onPress={props.onClose}>
              <X aria-hidden size={18} />
            </Button>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrollable by keyboard */}
          <section className="dialog-body" tabIndex={0} aria-label={props.title} onKeyDown={onKeyDown}>
            {props.children}
          </section>
          {props.footer !== undefined && <footer className="dialog-foot">{props.footer}</footer>}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

const isEnterInLine = ({ key, target, nativeEvent, defaultPrevented }: KeyboardEvent): boolean =>
  key === 'Enter' &&
  !defaultPrevented &&
  !nativeEvent.isComposing &&
  target instanceof HTMLInputElement &&
  (target.type === 'text' || target.type === 'password');
