"""Wall clock, CPU of whole process trees, memory and wire bytes, from /proc and ss. Linux only, standard library only."""
import os, re, statistics, subprocess, threading, time

TICK = os.sysconf('SC_CLK_TCK')
PAGE = os.sysconf('SC_PAGE_SIZE')


def stat(pid):
    try:
        with open(f'/proc/{pid}/stat') as f:
            return f.read().rsplit(')', 1)[1].split()
    except OSError:
        return None


def descendants(roots):
    """The pids given and all that live below them."""
    children = {}
    for name in os.listdir('/proc'):
        if name.isdigit():
            s = stat(name)
            if s:
                children.setdefault(int(s[1]), []).append(int(name))
    out, todo = [], [p for p in roots if os.path.exists(f'/proc/{p}')]
    while todo:
        p = todo.pop()
        out.append(p)
        todo += children.get(p, [])
    return out


def cpu(roots):
    """User + system seconds of every live process below roots, their reaped children included."""
    total = 0
    for p in descendants(roots):
        s = stat(p)
        if s:
            total += sum(int(x) for x in s[11:15])
    return total / TICK


def memory(roots):
    """-> (sum of RSS, largest high-water mark) in MB"""
    rss = peak = 0
    for p in descendants(roots):
        try:
            text = open(f'/proc/{p}/status').read()
        except OSError:
            continue
        m = re.search(r'VmRSS:\s+(\d+)', text)
        h = re.search(r'VmHWM:\s+(\d+)', text)
        rss += int(m[1]) if m else 0
        peak = max(peak, int(h[1]) if h else 0)
    return rss / 1024, peak / 1024


def reset_peak(roots):
    for p in descendants(roots):
        try:
            open(f'/proc/{p}/clear_refs', 'w').write('5')
        except OSError:
            pass


class Wire:
    """TCP payload bytes, both ways, of the connections with an end at one of the ports, each counted once, as the
    kernel counts them. Sampled: what a connection carries after its last sample is missed, so use it for
    connections that stay open and the counting proxy for those that do not."""
    def __init__(self, *ports):
        self.ports, self.seen = ports, {}

    def sample(self):
        for port in self.ports:
            out = subprocess.run(['ss', '-tinHO', 'sport', '=', f':{port}'], capture_output=True, text=True).stdout
            for line in out.splitlines():
                f = line.split()
                if len(f) < 5 or f[0] != 'ESTAB':
                    continue
                n = sum(int(x) for x in re.findall(r'\bbytes_(?:sent|received):(\d+)', line))
                key = tuple(sorted(f[3:5]))                            # some dial from their listening port too
                self.seen[key] = max(n, self.seen.get(key, 0))
        return sum(self.seen.values())


class Sampler(threading.Thread):
    def __init__(self, roots, every=0.1):
        super().__init__(daemon=True)
        self.roots, self.every, self.sum, self.peak, self.halt = roots, every, 0, 0, threading.Event()

    def run(self):
        while not self.halt.is_set():
            rss, peak = memory(self.roots())
            self.sum, self.peak = max(self.sum, rss), max(self.peak, peak)
            self.halt.wait(self.every)


def measured(tool, action):
    """Run action(); -> {wall, cpu, rss_sum, rss_peak, wire}: CPU is user+system of all the tool's processes on both
    sides, clients that came and went included; rss_sum the largest sum over them at one moment (sampled each 100 ms),
    rss_peak the largest single process; wire both directions; and what the tool itself adds."""
    time.sleep(0.3)
    reset_peak(tool.roots())
    tool.measure_begins()
    c0, k0, w0 = cpu(tool.roots()), tool.client_cpu, tool.wire()
    s = Sampler(lambda: tool.roots() + tool.clients)
    s.start()
    t0 = time.monotonic()
    action()
    wall = time.monotonic() - t0
    s.halt.set()
    s.join()
    time.sleep(0.15)                                                  # let daemons reap their children
    used = cpu(tool.roots()) - c0 + tool.client_cpu - k0
    w1 = tool.wire()
    more = tool.measure_ends()
    return dict(wall=round(wall, 3), cpu=round(used, 2), rss_sum=round(s.sum, 1), rss_peak=round(s.peak, 1),
                wire=None if w1 is None else w1 - (w0 or 0), load=os.getloadavg()[0], **more)


def median(rows):
    out = {}
    for key in rows[0]:
        values = [r[key] for r in rows if isinstance(r.get(key), (int, float))]
        out[key] = round(statistics.median(values), 3) if values else None
    out['walls'] = [r['wall'] for r in rows]
    return out


def percentile(values, p):
    v = sorted(values)
    at = (len(v) - 1) * p / 100
    lo = int(at)
    return v[lo] + (v[min(lo + 1, len(v) - 1)] - v[lo]) * (at - lo)
