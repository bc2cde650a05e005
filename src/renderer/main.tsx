import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connectBrowserClient } from './client/browser-client.ts';

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App client={window.lockstep ?? connectBrowserClient()} />
  </StrictMode>,
);
