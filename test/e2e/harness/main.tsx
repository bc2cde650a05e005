import { createRoot } from 'react-dom/client';
import { App } from '../../../src/renderer/app.tsx';
import { SampleClient, type Scenario } from '../../fakes/sample-client.ts';

const query = new URLSearchParams(location.search);
const client = new SampleClient(
  (query.get('scenario') ?? 'rich') as Scenario,
  query.get('host') === 'electron' ? 'electron' : 'browser',
);
Object.assign(window, { sample: client });
createRoot(document.getElementById('root') as HTMLElement).render(<App client={client} />);
