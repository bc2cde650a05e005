import { Menu, type MenuItemConstructorOptions } from 'electron';

/** The application's menu. On a Mac it stands at the top of the screen; elsewhere it is hidden and gives the editing keys. */
export function setApplicationMenu(actions: { showSettings(): void; quit(): void }): void {
  const quit: MenuItemConstructorOptions = { label: 'Quit Lockstep', accelerator: 'CmdOrCtrl+Q', click: actions.quit };
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: actions.showSettings,
  };
  const first: MenuItemConstructorOptions =
    process.platform === 'darwin'
      ? {
          label: 'Lockstep',
          submenu: [
            { role: 'about' },
            { type: 'separator' },
            settings,
            { type: 'separator' },
            { role: 'services' },
            { type: 'separator' },
            { role: 'hide' },
            { role: 'hideOthers' },
            { role: 'unhide' },
            { type: 'separator' },
            quit,
          ],
        }
      : { label: 'File', submenu: [settings, { type: 'separator' }, { role: 'close' }, quit] };
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      { type: 'separator' },
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { role: 'togglefullscreen' }],
  };
  // On a Mac ⌘W and ⌘M are the menu's; elsewhere the window has its buttons.
  const window: MenuItemConstructorOptions[] =
    process.platform === 'darwin' ? [{ label: 'Window', role: 'windowMenu' }] : [];
  Menu.setApplicationMenu(Menu.buildFromTemplate([first, edit, view, ...window]));
}
