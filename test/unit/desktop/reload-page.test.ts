import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { reloadWhenGone } from '../../../src/main/desktop/reload-page.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

it('a page whose process ended is loaded anew, not without end, and not where it was closed', async () => {
  const clock = new FakeClock();
  let loaded = 0;
  const contents = Object.assign(new EventEmitter(), { reload: () => loaded++ });
  reloadWhenGone(contents as never, clock);
  const end = (reason: string) => contents.emit('render-process-gone', {}, { reason, exitCode: 1 });
  end('clean-exit');
  expect(loaded).toBe(0);
  end('oom');
  end('crashed');
  expect(loaded).toBe(1);
  await clock.advance(60_000);
  end('crashed');
  expect(loaded).toBe(2);
});
