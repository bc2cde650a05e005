"""What the benchmark asks of a tool. One object is one fresh pair: two replicas, A and B, on this machine."""
import os, signal, subprocess, sys, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Tool:
    name = ''
    watches = False          # does it notice a saved file by itself? (W5)
    resident = False         # does it stay in memory between syncs? (W8)
    needs_proxy = False      # wire bytes only through the counting proxy (a separate run, not the timed one)

    def __init__(self, work, port=23100, proxied=False, **options):
        self.work, self.port, self.proxied, self.options = work, port, proxied, options
        self.a, self.b = f'{work}/a', f'{work}/b'
        self.client_cpu, self.clients, self.daemons = 0.0, [], []
        os.makedirs(self.a, exist_ok=True)
        os.makedirs(self.b, exist_ok=True)

    @classmethod
    def missing(cls):
        """None, or why it cannot run here"""

    def start(self): ...      # bring the daemons up; the two folders are not shared yet
    def first(self): ...      # share the folders and return when both sides agree
    def sync(self): ...       # take in what changed and return when both sides agree
    def wire(self): return self.proxy_count() if self.proxied else None
    def version(self): return ''
    def measure_begins(self): ...
    def measure_ends(self): return {}   # more figures of what was measured since measure_begins

    def rescan(self): self.sync()      # no-change pass
    def watch(self): ...               # enter the state in which W5 is measured

    def roots(self): return [p.pid for p in self.daemons]

    def spawn(self, cmd, env=None, log='daemon.log', **kw):
        out = open(f'{self.work}/{log}', 'ab')
        p = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                             env={**os.environ, **(env or {})}, **kw)
        out.close()
        return p

    def run(self, cmd, env=None, ok=(0,), **kw):
        """A client that comes and goes: its CPU is added to client_cpu. -> its output"""
        path = f'{self.work}/client.out'
        with open(path, 'wb') as out, open(f'{self.work}/client.err', 'wb') as err:
            p = subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(env or {})}, **kw)
            self.clients.append(p.pid)
            _, status, use = os.wait4(p.pid, 0)
            p.returncode = os.waitstatus_to_exitcode(status)
        self.clients.remove(p.pid)
        self.client_cpu += use.ru_utime + use.ru_stime
        if p.returncode not in ok:
            raise RuntimeError(f'{cmd[0]} exit {p.returncode}: {open(self.work + "/client.err").read()[-600:]}')
        return open(path, errors='replace').read()

    # the counting proxy listens on port+5 and leads to the port given
    def start_proxy(self, target):
        self.count_file = f'{self.work}/wire.count'
        self.proxy = self.spawn([sys.executable, f'{HERE}/proxy.py', str(self.port + 5), str(target), self.count_file], log='proxy.log')
        for _ in range(100):
            if os.path.exists(self.count_file):
                return self.port + 5
            time.sleep(.05)
        raise RuntimeError('proxy did not start')

    def proxy_count(self):
        time.sleep(.3)
        return sum(map(int, open(self.count_file).read().split()))

    def stop(self):
        for p in self.daemons + ([self.proxy] if getattr(self, 'proxy', None) else []):
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
                try:
                    p.wait(20)
                except subprocess.TimeoutExpired:
                    p.kill()
                    p.wait()
        self.daemons = []
