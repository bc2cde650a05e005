import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/main/platform/clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the clock of the system', () => {
  it('calls once, after that time', () => {
    const call = vi.fn();
    systemClock.after(1000, call);
    vi.advanceTimersByTime(999);
    expect(call).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(call).toHaveBeenCalledTimes(1);
  });
  it('calls never once it was cancelled', () => {
    const call = vi.fn();
    const cancel = systemClock.after(1000, call);
    cancel();
    cancel();
    vi.advanceTimersByTime(10_000);
    expect(call).not.toHaveBeenCalled();
  });
  it('waits as long as it can where it is asked for longer than a timer can wait', () => {
    const call = vi.fn();
    systemClock.after(365 * 86_400_000, call);
    vi.advanceTimersByTime(20 * 86_400_000);
    expect(call).not.toHaveBeenCalled();
  });
  it('calls soon where the time is over, without a complaint of the system', async () => {
    vi.useRealTimers();
    const complaints: Error[] = [];
    const complain = (warning: Error) => void complaints.push(warning);
    process.on('warning', complain);
    await new Promise<void>((resolve) => void systemClock.after(-5000, resolve));
    process.off('warning', complain);
    expect(complaints).toEqual([]);
  });
  it('tells the time of the system', () => {
    vi.setSystemTime(1_767_225_600_000);
    expect(systemClock.now()).toBe(1_767_225_600_000);
  });
});
