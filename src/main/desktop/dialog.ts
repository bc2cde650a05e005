import { type BrowserWindow, dialog } from 'electron';

/** Asks for a folder; null: the person thought better of it. */
export async function pickFolder(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Choose a folder to keep in step',
    buttonLabel: 'Choose',
    properties: ['openDirectory', 'createDirectory', 'showHiddenFiles'],
  });
  return canceled ? null : (filePaths[0] ?? null);
}

/** Says why the program cannot go on, where no window can. */
export function showFault(title: string, text: string): void {
  dialog.showErrorBox(title, text);
}
