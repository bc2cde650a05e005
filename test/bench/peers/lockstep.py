import json, os, shlex, shutil, signal, subprocess, time
from .base import HERE, Tool
from measure import Wire

OWN = os.path.normpath(f'{HERE}/../../bin/lockstep')
BIN = shlex.split(os.environ.get('LOCKSTEP_BIN', OWN))
TIMEOUT = '900'                                                       # seconds; a sync that takes longer has failed


class Lockstep(Tool):
    """Default settings but for: loopback only, no discovery, and no halt at half of the files deleted (w7), as unison's
    `-confirmbigdel=false`. `link`, `add` and `join` are part of a first sync, each command's own start included."""
    name = 'lockstep'
    watches = resident = True

    @classmethod
    def missing(cls): return None if shutil.which(BIN[0]) and cls._answers() else f'no working "{" ".join(BIN)}" (build first, or set LOCKSTEP_BIN)'

    @classmethod
    def _answers(cls):
        try:
            return subprocess.run([*BIN, '--version'], capture_output=True, timeout=60).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def version(self): return subprocess.run([*BIN, '--version'], capture_output=True, text=True).stdout.strip()
    def data(self, n): return f'{self.work}/data-{n}'
    def cli(self, n, *args): return self.run([*BIN, *args, '--data', self.data(n)])

    def start(self):
        ports = {'a': self.port + 21, 'b': self.port + 22}
        for n in 'ab':
            os.makedirs(self.data(n), exist_ok=True)
            env = {'LOCKSTEP_BENCH_DELAY': self.delay_file(n), 'NODE_OPTIONS': f'--import={HERE}/event-loop-delay.mjs'}
            self.daemons.append(self.spawn([*BIN, 'serve', '--data', self.data(n), '--listen', f'127.0.0.1:{ports[n]}',
                                            '--ui', f'127.0.0.1:{ports[n] + 10}', '--no-discovery'], env=env, log=f'lockstep-{n}.log'))
        self.tcp = Wire(*ports.values())
        for n in 'ab':
            self._ready(n)
            self.cli(n, 'config', 'safety.delete-share', '1')
        time.sleep(1)
        self.client_cpu = 0.0

    def _ready(self, n):
        for _ in range(600):
            if '"ready":true' in open(f'{self.work}/lockstep-{n}.log').read():
                return
            time.sleep(.05)
        raise RuntimeError(f'serve did not become ready: {open(f"{self.work}/lockstep-{n}.log").read()[-600:]}')

    def first(self):
        collection = json.loads(self.cli('a', 'add', self.a, '--json'))['collection']
        link = json.loads(self.cli('a', 'invite', collection, '--approve-first', '--json'))['link']
        self.cli('b', 'join', link, self.b)
        self.sync()

    def sync(self):
        self.cli('a', 'sync', '--wait', '--timeout', TIMEOUT)
        self.cli('b', 'sync', '--wait', '--timeout', TIMEOUT)           # cheap when both agree already

    def rescan(self): self.cli('a', 'sync', '--wait', '--timeout', TIMEOUT)
    def watch(self): self.note = 'default settings'
    def wire(self): return self.tcp.sample()

    # the event-loop delay of the main threads: measured between the two calls, in milliseconds
    def delay_file(self, n): return f'{self.work}/delay-{n}.json'

    def measure_begins(self): self._signal_all()

    def measure_ends(self):
        for n in 'ab':
            if os.path.exists(self.delay_file(n)):
                os.unlink(self.delay_file(n))
        self._signal_all()
        worst = dict(loop_p999=0.0, loop_max=0.0)
        for n in 'ab':
            for _ in range(200):
                if os.path.exists(self.delay_file(n)):
                    break
                time.sleep(.01)
            else:
                return {}
            found = json.load(open(self.delay_file(n)))
            worst = {key: max(worst[key], found[key]) for key in worst}
        return worst

    def _signal_all(self):
        for p in self.daemons:
            p.send_signal(signal.SIGUSR2)

    def database_bytes(self, n):
        return sum(os.path.getsize(f'{self.data(n)}/{name}') for name in os.listdir(self.data(n)) if name.startswith('lockstep.db'))
