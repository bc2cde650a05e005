import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { Tone } from '../../contract/overall-state.ts';
import { type TrayActions, type TrayView, trayMenu } from './tray-menu.ts';

/** Which of the few pictures says a state; at 16 pixels there is no room for more. */
const PICTURES: { readonly [tone in Tone]: string } = {
  good: 'still',
  neutral: 'still',
  waiting: 'still',
  busy: 'busy',
  attention: 'attention',
  stopped: 'attention',
};

/** The sign in the tray: says how everything stands, and keeps the program in reach while its window is hidden. */
export interface AppTray {
  show(view: TrayView): void;
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
    show(view) {
      // A menu that is replaced while it is open closes under the pointer on some desktops.
      const now = JSON.stringify(view);
      if (now === shown) return;
      shown = now;
      tray.setImage(picture(view.isPaused ? 'paused' : PICTURES[view.state.tone]));
      tray.setToolTip(`Lockstep: ${view.state.sentence}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayMenu(view, actions)));
    },
    destroy: () => tray.destroy(),
  };
}
