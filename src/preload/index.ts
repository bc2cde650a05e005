import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { EVENTS, type LockstepClient, REQUESTS } from '../contract/contract.ts';

/** The window's only door to the program: the contract's names and nothing else. The main process checks the arguments and the sender. */
const client: LockstepClient = {
  host: 'electron',
  request: (name, ...args) =>
    REQUESTS.includes(name)
      ? ipcRenderer.invoke(`request:${name}`, ...args)
      : Promise.reject(new Error(`unknown request ${String(name)}`)),
  on: (name, listener) => {
    if (!EVENTS.includes(name)) throw new Error(`unknown event ${String(name)}`);
    const forward: Parameters<typeof ipcRenderer.on>[1] = (_event, value) => listener(value);
    ipcRenderer.on(`event:${name}`, forward);
    return () => {
      ipcRenderer.off(`event:${name}`, forward);
    };
  },
  pathForFile: (file) => webUtils.getPathForFile(file) || null,
};
contextBridge.exposeInMainWorld('lockstep', client);
