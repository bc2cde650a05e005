import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { OverallState, Tone } from '../../contract/overall-state.ts';

/** Which of the few pictures says a state; at 16 pixels there is no room for more. */
const PICTURES: { readonly [tone in Tone]: string } = {
  good: 'still',
  neutral: 'still',
  waiting: 'still',
  busy: 'busy',
  attention: 'attention',
  stopped: 'attention',
};

export interface TrayActions {
  open(page: string | null): void;
  setPaused(paused: boolean): void;
  quit(): void;
}

/** The sign in the tray: says how everything stands, and keeps the program in reach while its window is hidden. */
export interface AppTray {
  /** `paused`: all of it is. */
  show(state: OverallState, paused: boolean): void;
  destroy(): void;
}

/** `pictures`: the folder of the pictures, absolute. */
export function openTray(pictures: string, actions: TrayActions): AppTray {
  const picture = (name: string) => {
    const mac = process.platform === 'darwin';
    // On a Mac the system colours a template picture itself; its name says that it is one.
    const image = nativeImage.createFromPath(join(pictures, mac ? `${name}Template.png` : `${name}.png`));
    if (mac) image.setTemplateImage(true);
    return image;
  };
  const tray = new Tray(picture('still'));
  tray.on('click', () => actions.open(null));
  let shown = '';
  return {
    show(state, paused) {
      // A menu that is replaced while it is open closes under the pointer on some desktops.
      const now = JSON.stringify([state, paused]);
      if (now === shown) return;
      shown = now;
      tray.setImage(picture(paused ? 'paused' : PICTURES[state.tone]));
      tray.setToolTip(`Lockstep: ${state.sentence}`);
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { id: 'state', label: state.sentence, click: () => actions.open(state.page) },
          { type: 'separator' },
          { id: 'open', label: 'Open Lockstep', click: () => actions.open(null) },
          { id: 'pause', label: paused ? 'Resume' : 'Pause', click: () => actions.setPaused(!paused) },
          { type: 'separator' },
          { id: 'quit', label: 'Quit Lockstep', click: () => actions.quit() },
        ]),
      );
    },
    destroy: () => tray.destroy(),
  };
}
