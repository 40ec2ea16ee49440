"""Hostile and broken submissions: each gets what its honest part deserves, and harms nothing.

Whatever a submission does, the honest answers beside it keep their marks, a wrong answer stays
wrong, nothing outside the sandbox changes or leaks, and no process is left.
"""

import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gantext.grading.grade import grade
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.none import NoSandbox
from gantext.grading.sandboxes.warm import Warm
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SHARES, SQUARE, notebook

WRONG = "def square(x):\n    return -1.0\n"
SECRET = "what-only-the-grader-may-read"


class Watched:
    """A sandbox, with a list of the PID namespaces that it made."""

    def __init__(self, box):
        self.box = box
        self.namespaces = set()

    def start(self, limits, hide=()):
        """Start a worker, and note where."""
        worker = self.box.start(limits, hide)
        self.namespaces.add(str(Path(f"/proc/{worker._init}/ns/pid").readlink()))
        return worker


def alive(namespaces):
    """Return the processes in some PID namespaces, but the dead ones that wait to be buried."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and str((folder / "ns" / "pid").readlink()) in namespaces:
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                found += [folder.name] if state not in "ZX" else []
        except OSError:
            continue
    return found


@pytest.fixture
def outside(tmp_path):
    """Return a folder with another student's work and the class's results, and their contents."""
    (tmp_path / "other.ipynb").write_text(SECRET)
    (tmp_path / "results.json").write_text('{"score": 0}')
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "other.ipynb")
    tmp_path.chmod(0o777)
    for name in ("other.ipynb", "results.json"):
        (tmp_path / name).chmod(0o666)
    return tmp_path


def state_of(folder):
    return {p.name: (p.is_symlink(), p.read_bytes()) for p in sorted(folder.iterdir())}


@pytest.fixture(scope="module", params=["cold", "warm"])
def box(request):
    """Return bubblewrap, with workers that start anew or are copied."""
    if request.param == "cold":
        yield Bubblewrap()
        return
    with Warm() as warm:
        yield warm
        assert warm._usable


@pytest.fixture
def graded(outside, box):
    """Return a function that grades cells, and checks what holds of every submission."""

    def run(*cells, limits=LIMITS):
        sandbox = Watched(box)
        before = state_of(outside)
        cells = [cell.replace("OUTSIDE", str(outside)) for cell in cells]
        result = grade(
            notebook(*cells), QUESTIONS, seed=7, sandbox=sandbox, limits=limits, hide=[outside]
        )
        assert sandbox.namespaces
        patience = time.monotonic() + 10  # a killed process that held much memory takes its time
        while alive(sandbox.namespaces) and time.monotonic() < patience:
            time.sleep(0.05)
        assert alive(sandbox.namespaces) == []
        assert state_of(outside) == before
        assert SECRET not in str(result.as_dict())
        return result

    return run


def marks(result):
    return {row.id.removeprefix("small/"): row.earned for row in result.questions}


def words(result):
    told = [result.words, *result.flags, *(cell.error for cell in result.cells)]
    for row in result.questions:
        told += [row.words, *(f"{v.expected} {v.got} {v.hint}" for v in row.verdicts)]
    return "\n".join(told)


# A cell before three right answers, and what the report says of it.
CELLS = {
    "raises": ("1 / 0", "ZeroDivisionError: division by zero (in line 1 of cell 1)"),
    "raises what is no Exception": ("raise BaseException('no')", "BaseException: no"),
    "raises nonsense": (
        "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E",
        "E",
    ),
    "is no Python": ("def f(:\n    pass", "SyntaxError"),
    "is deeply nested": ("(" * 3000 + ")" * 3000, "Error"),
    "holds a null": ("x = '\0'", "null bytes"),
    "exits": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "quits": ("quit()", "SystemExit"),
    "ends Python": ("import os\nos._exit(0)", "Python ended in the middle of it"),
    "crashes Python": ("import ctypes\nctypes.string_at(0)", "Python ended in the middle of it"),
    "kills its parent": (
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)",
        "",
    ),
    "loops": ("while True: pass", "took longer than allowed"),
    "loops and holds on": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "took longer than allowed",
    ),
    "sleeps with signals blocked": (
        (
            "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
            "while True: time.sleep(1)"
        ),
        "took longer than allowed",
    ),
    "recurses": ("def f(): return f()\nf()", "RecursionError"),
    "takes 6 GB": ("hoard = bytearray(6 << 30)", "MemoryError"),
    "takes 6 GB in pieces": (
        "hoard = []\nwhile True: hoard.append(bytearray(b'x') * (1 << 24))",
        "",
    ),
    "forks without end": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        "was stopped",
    ),
    "starts threads without end": (
        (
            "import threading, time\n"
            "while True:\n    threading.Thread(target=time.sleep, args=(60,)).start()"
        ),
        "can't start new thread",
    ),
    "fills the disk": (
        "with open('/tmp/big', 'wb') as file:\n    while True: file.write(b'x' * 65536)",
        "",
    ),
    "fills the disk in many files": (
        "for i in range(10**6):\n    open(f'/tmp/{i}', 'wb').write(b'x' * 65536)",
        "OSError",
    ),
    "opens files without end": ("files = [open('/dev/null') for _ in range(10**5)]", "OSError"),
    "prints without end": ("while True: print('x' * 10**5)", "printed far too much"),
    "prints much, honestly": ("print('0123456789' * 10**5)", ""),
    "prints rubbish": ("import os\nos.write(1, bytes(range(256)) * 9)", ""),
    "closes its streams": ("import os\nos.close(1); os.close(2)", ""),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_costs_no_mark_of_the_answers(name, graded):
    source, told = CELLS[name]
    result = graded(source, SQUARE, ANSWER, SHARES)
    assert marks(result) == {"square": 3, "answer": 2, "shares": 5}
    assert told in words(result)


def test_memory_is_that_of_all_processes_together(graded):
    many = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        hoard = bytearray(b'x') * (160 << 20)\n"
        "        time.sleep(60)\n"
        "time.sleep(60)"
    )
    result = graded(
        many, SQUARE, ANSWER, SHARES, limits=replace(LIMITS, memory=640 << 20, cell_seconds=20.0)
    )
    assert marks(result) == {"square": 3, "answer": 2, "shares": 5}
    assert "more memory than allowed" in words(result)


def test_what_a_stopped_cell_defined_before_is_kept(graded):
    result = graded(SQUARE, f"{ANSWER}while True: pass", SHARES)
    assert marks(result) == {"square": 3, "answer": 2, "shares": 5}


def test_a_cell_that_ends_python_is_left_out_the_second_time(graded):
    result = graded(f"{ANSWER}import os\nos._exit(0)", SQUARE, SHARES)
    assert marks(result) == {"square": 3, "answer": 0, "shares": 5}
    assert "`answer` is not defined in the notebook: cell 1 stopped before" in words(result)


# Tries to find out, to reach out, or to write: each prints what it found, and says whether it did.
REACH = {
    "the network": (
        "import socket\nfor where in [('1.1.1.1', 53), ('127.0.0.1', 22), ('::1', 80)]:\n"
        "    try:\n        socket.create_connection(where, timeout=1); print('REACHED')\n"
        "    except OSError as error: print(error)"
    ),
    "a name server": "import socket\nprint(socket.gethostbyname('pypi.org'), 'REACHED')",
    "files of the class": (
        "from pathlib import Path\n"
        "for name in ['OUTSIDE/other.ipynb', 'OUTSIDE/link.ipynb',\n"
        "    '/proc/1/rootOUTSIDE/other.ipynb']:\n"
        "    try: print(Path(name).read_text(), 'REACHED')\n"
        "    except OSError as error: print(error)"
    ),
    "files through a link": (
        "import os\nos.symlink('OUTSIDE/other.ipynb', '/tmp/mine')\n"
        "print(open('/tmp/mine').read(), 'REACHED')"
    ),
    "results": (
        "for path in ['OUTSIDE/results.json', '/usr/x', '/etc/x', '/x', '/dev/x', '/proc/sys/x']:\n"
        "    try: open(path, 'w').write('{\"score\": 10}'); print('REACHED')\n"
        "    except OSError as error: print(error)"
    ),
    "the library": (
        "import gantext, os\nroot = os.path.dirname(gantext.__file__)\n"
        "for name in ['__init__.py', 'grading/worker.py', 'new.py']:\n"
        "    try: open(os.path.join(root, name), 'a').write('#'); print('REACHED')\n"
        "    except OSError as error: print(error)"
    ),
    "the hidden checks": (
        "import gantext.grading.questions as package, os\n"
        "print([('REACHED', name) for place in package.__path__ for name in os.listdir(place)])\n"
        "from gantext.grading.catalogue import chapters\nassert chapters() == [], 'REACHED'"
    ),
    "the grader's secrets": (
        "import os\nfor name in ('GANTEXT_SEED', 'SSH_AUTH_SOCK', 'AWS_SECRET_ACCESS_KEY'):\n"
        "    assert name not in os.environ, 'REACHED'\n"
        "for path in ('/etc/shadow', '/root/.ssh', '/home', '/var', '/run', '/sys/fs/cgroup'):\n"
        "    assert not os.path.exists(path), ('REACHED', path)"
    ),
    "the grader's descriptors": (
        "import os\nfor number in os.listdir('/proc/self/fd'):\n"
        "    try: leads = os.readlink(f'/proc/self/fd/{number}')\n"
        "    except FileNotFoundError: continue\n"
        "    if not leads.startswith(('pipe:', '/dev/null', '/proc/')): print('REACHED', leads)"
    ),
    "other processes": (
        "import os\nothers = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "assert set(others) <= {'1', '2', '3'}, ('REACHED', others)\n"
        "for pid in range(1, 2):\n    os.kill(pid, 9)"
    ),
    "a user with rights": (
        "import os\nfor number in (0, 1, 1000):\n"
        "    try: os.setuid(number); print('REACHED')\n"
        "    except OSError as error: print(error)\n"
        "assert os.getuid() != 0, 'REACHED'\n"
        "assert 'CapEff:\\t0000000000000000' in open('/proc/self/status').read(), 'REACHED'"
    ),
    "another root": (
        "import os, subprocess\nnothing = subprocess.DEVNULL\n"
        "for command in (['mount', '-t', 'tmpfs', 'x', '/usr'], ['chroot', '/tmp'],\n"
        "    ['mount', '-o', 'remount,rw', '/'], ['su', '-c', 'id'], ['sudo', '-n', 'id']):\n"
        "    try:\n        done = subprocess.run(command, stdin=nothing)\n"
        "        if done.returncode == 0: print('REACHED')\n"
        "    except OSError as error: print(error)"
    ),
    "a user namespace": (
        "import ctypes, subprocess, threading\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "assert libc.unshare(0x10000000) == -1, 'REACHED'\n"
        "assert ctypes.get_errno() == 1, ('REACHED', ctypes.get_errno())\n"
        "mount = 'mount -t tmpfs -o size=100G x /tmp && echo REACHED'\n"
        "done = subprocess.run(['unshare', '-Urm', 'sh', '-c', mount], capture_output=True)\n"
        "assert done.returncode and b'REACHED' not in done.stdout, 'REACHED'\n"
        "thread = threading.Thread(target=print, args=['threads start'])\n"
        "thread.start(); thread.join()"
    ),
    "System V shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "size = ctypes.c_size_t(1 << 20)\n"
        "assert libc.shmget(0, size, 0o1600) == -1, 'REACHED'\n"
        "assert libc.semget(0, 1, 0o1600) == -1, 'REACHED'\n"
        "assert libc.msgget(0, 0o1600) == -1, 'REACHED'"
    ),
}


@pytest.mark.parametrize("name", REACH)
def test_out_of_reach(name, graded):
    result = graded("print('begun')", REACH[name], SQUARE, ANSWER, SHARES)
    assert marks(result) == {"square": 3, "answer": 2, "shares": 5}
    assert result.output.startswith("begun")
    assert "REACHED" not in result.output + words(result)


# Tries to make a wrong answer count.
CHEATS = {
    "patches math": "import math\nmath.isclose = lambda *_, **__: True\nmath.fsum = lambda _: 1.0",
    "patches numpy": (
        "import numpy as np\nfor name in ('allclose', 'isclose', 'array_equal', 'abs'):\n"
        "    setattr(np, name, lambda *_, **__: True)\n"
        "for name in dir(np.testing):\n"
        "    if name.startswith('assert'): setattr(np.testing, name, lambda *_, **__: None)"
    ),
    "patches torch": (
        "import torch\ntorch.allclose = torch.equal = lambda *_, **__: True\n"
        "torch.testing.assert_close = lambda *_, **__: None"
    ),
    "patches the library": (
        "import gantext.grading.question as q, gantext.grading.judging as j\n"
        "import gantext.grading.grade as g\n"
        "right = lambda *_, **__: q.Verdict(1.0)\n"
        "assert callable(j.near) and callable(g._verdict)\n"
        "j.near = right\nq.Question.judged = right\nq.Question.share = lambda *_: 1.0\n"
        "g.grade = g._verdict = g._Marking.verdicts = right"
    ),
    "patches the worker": (
        "import gantext.grading.session as s\n"
        "assert callable(s._answered)\n"
        "class Anything(float):\n    __eq__ = __le__ = __ge__ = lambda *_: True\n"
        "s._answered = lambda value: {'state': 'answered', 'value': True, 'share': 1.0,\n"
        "    'ok': True, 'earned': 3, 'verdicts': [1, 1, 1],\n"
        "    'origin': 'gantext.objectives.divergences.js'}"
    ),
    "answers for the worker": (
        "import gantext.grading.worker as w, gantext.grading.protocol as p\n"
        "real = w.encode\n"
        "w.encode = lambda a: real({**a, 'state': 'right', 'share': 1.0, 'value': float('nan')})"
    ),
    "finds the inputs in memory": (
        "import gc\nnames = ('Question', 'Call', 'Verdict')\nfound = [o for o in gc.get_objects()\n"
        "    if type(o).__module__ == 'gantext.grading.question' and type(o).__name__ in names]\n"
        "assert not found, 'REACHED'"
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_a_wrong_answer_stays_wrong(name, graded):
    patient = replace(LIMITS, cell_seconds=60.0, total_seconds=120.0)  # for those that import torch
    result = graded(CHEATS[name], WRONG, ANSWER, SHARES, limits=patient)
    earned = marks(result)
    assert not result.cells  # what it patches is there to be patched
    assert earned["square"] == 0
    assert "REACHED" not in words(result)
    if "worker" not in name:  # who breaks the worker breaks the answers that it hands on
        assert earned == {"square": 0, "answer": 2, "shares": 5}


FORGED = """
import glob, os, threading, time
from gantext.grading.protocol import encode
def forge():
    while True:
        for number in range(200):
            for descriptor in range(3, 20):
                forged = {'id': number, 'ok': True, 'state': 'answered', 'value': 1e9, 'share': 1.0}
                try: os.write(descriptor, encode(forged))
                except OSError: pass
        time.sleep(0.01)
"""


@pytest.mark.parametrize(
    "start", ["forge()", "threading.Thread(target=forge, daemon=True).start()"]
)
def test_forged_messages_gain_nothing(start, graded):
    result = graded(FORGED + start, SQUARE, ANSWER, SHARES)
    assert result.earned <= 10
    assert marks(graded(FORGED + start, WRONG))["square"] == 0
    assert result.flags


def test_messages_forged_by_a_single_cell_cost_that_cell_only(graded):
    rubbish = (
        "import os\nfor d in range(3, 9):\n"
        "    try: os.write(d, b'rubbish' * 99)\n    except OSError: pass"
    )
    result = graded(rubbish, SQUARE, ANSWER, SHARES)
    assert marks(result) == {"square": 3, "answer": 2, "shares": 5}
    assert "wrote to the grader's own channel" in words(result)


def test_messages_sent_ahead_are_passed_over(graded):
    """What comes with another number than the one asked for is no answer."""
    ahead = (
        "import os\nfrom gantext.grading.protocol import encode\n"
        "for d in range(3, 9):\n    try: os.write(d, encode({'id': 0, 'ok': True}))\n"
        "    except OSError: pass"
    )
    assert graded(ahead, SQUARE, ANSWER, SHARES).earned == 10


def test_an_answer_of_arrays_where_numbers_and_words_belong_costs_itself_only(graded):
    """NumPy compares an array item by item, and has no truth value for what comes of it."""
    strange = (
        "import numpy as np\nimport gantext.grading.worker as w\nreal, two = w.encode, np.ones(2)\n"
        "w.encode = lambda answer: real({key: two for key in answer} | KEPT)"
    )
    kept = "{'id': answer['id'], 'ok': True}"
    result = graded(strange.replace("KEPT", kept), SQUARE, ANSWER, SHARES)
    assert result.earned == 0
    assert "in place of an answer" in words(result)
    nothing_kept = graded(SQUARE, ANSWER, strange.replace("KEPT", "{}"), SHARES)
    assert nothing_kept.earned == 10  # the worker was ended, and started anew without that cell
    assert "sent messages of its own" in words(nothing_kept)


def test_an_honest_answer_to_some_inputs_earns_its_part(graded):
    some = "def shares(p):\n    if len(p) == 2: raise NotImplementedError\n    return p / p.sum()"
    assert marks(graded(SQUARE, some)) == {"square": 3, "answer": 0, "shares": 2.5}


def test_strings_among_numbers_do_not_multiply_in_memory(graded):
    """NumPy would give each of them the room of the longest."""
    hoard = "def square(x):\n    return ['x' * 5_000_000] + [''] * 400\n"
    before = peak()
    assert marks(graded(hoard, ANSWER, SHARES)) == {"square": 0, "answer": 2, "shares": 5}
    assert peak() - before < 2**28


def peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


DAEMON = """
import os, subprocess, sys
code = '''
import os, time
for _ in range(600):
    for name in ["OUTSIDE/results.json", "OUTSIDE/forged.json", "results.json"]:
        try: open(name, "w").write('{"score": 10}')
        except OSError: pass
    time.sleep(0.1)
'''
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", code])
    os._exit(0)
subprocess.Popen(["setsid", "nohup", sys.executable, "-c", code], start_new_session=True)
"""


@pytest.mark.parametrize("name", ["files of the class", "the hidden checks"])
def test_these_tries_do_reach_what_no_sandbox_keeps_from_them(name, outside):
    """Or the tests above would pass for a slip of the pen."""
    source = REACH[name].replace("OUTSIDE", str(outside))
    result = grade(notebook(source), QUESTIONS, seed=7, sandbox=NoSandbox(), limits=LIMITS)
    assert "REACHED" in result.output


def test_a_daemon_that_rewrites_results_dies_with_its_sandbox(graded):
    result = graded(DAEMON, WRONG, ANSWER, SHARES)
    assert marks(result) == {"square": 0, "answer": 2, "shares": 5}


# Answers that are none, in place of `square`.
ANSWERS = {
    "raises": ("raise KeyError('p')", "KeyError: 'p' (in line 2 of square)"),
    "exits": ("import sys; sys.exit(0)", "SystemExit: 0"),
    "ends Python": ("import os; os._exit(0)", "Python ended in the middle of it"),
    "loops": ("\n    while True: pass", "took longer than allowed"),
    "loops and holds on": (
        (
            "\n    while True:\n        try:\n            while True: pass\n"
            "        except BaseException: pass"
        ),
        "took longer than allowed",
    ),
    "is None": ("return None", "None; does the function end with `return`?"),
    "is NaN": ("return float('nan')", "NaN"),
    "is infinite": ("return float('inf')", "an infinite number"),
    "is a truth value": ("return True", "the truth value True"),
    "is text": ("return '4'", "a string"),
    "is an integer of a million digits": ("return 10 ** 10**6", ""),
    "is complex": ("return 1j", "an object (complex)"),
    "is a function": ("return print", "a function"),
    "is everything at once": (
        (
            "\n    class Any:\n        __eq__ = __lt__ = __le__ = lambda *_: True\n"
            "        __float__ = lambda _: 1.0\n        __array__ = lambda *_, **__: 1 / 0\n"
            "    return Any()"
        ),
        "an object (Any)",
    ),
    "is a pickle that runs code": (
        (
            "\n    import os, pickle\n"
            "    class Bomb:\n        def __reduce__(self):\n"
            "            return os.system, ('touch OUTSIDE/forged.json',)\n"
            "    return pickle.dumps(Bomb())"
        ),
        "an object (bytes)",
    ),
    "is an array of objects": (
        "import numpy as np; return np.array([{}, []], dtype=object)",
        "got type object",
    ),
    "is an array of records": (
        "import numpy as np; return np.zeros(2, dtype='i4,f8')",
        "expected an array of numbers",
    ),
    "has an absurd shape": (
        "import numpy as np; return np.zeros((0, 2**40))",
        "",
    ),
    "is a broadcast of half an exabyte": (
        "import numpy as np; return np.broadcast_to(np.float64(1), (2**28, 2**28))",
        "bytes",
    ),
    "is huge": ("import numpy as np; return np.ones(10**7)", "expected at most"),
    "is a long list": ("return [x] * 10**6", "expected at most"),
    "is a list in itself": ("a = []; a.append(a); return a", "nested at most"),
    "is ragged": ("return [[x], [x, x]]", "does not form an array"),
    "has one dimension too many": ("return [x * x]", "numbers in the shape (1,)"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_earns_nothing_and_costs_nothing(name, graded):
    body, told = ANSWERS[name]
    result = graded(f"def square(x):\n    {body}", ANSWER, SHARES)
    assert marks(result) == {"square": 0, "answer": 2, "shares": 5}
    assert told in words(result)
    assert all(v.fault == "" for row in result.questions for v in row.verdicts)


def test_an_answer_that_fails_on_one_input_keeps_the_others(graded):
    """Of the two calls of `shares`, one has two letters."""
    result = graded(
        SQUARE, ANSWER, "def shares(p):\n    while len(p) == 2: pass\n    return p / p.sum()"
    )
    assert marks(result) == {"square": 3, "answer": 2, "shares": 2.5}


def test_answers_that_end_python_one_after_the_other(graded):
    gone = "import os\ndef square(x): os._exit(0)\ndef shares(p): os.abort()"
    result = graded(gone, ANSWER)
    assert marks(result) == {"square": 0, "answer": 2, "shares": 0}


def test_when_the_time_is_up_what_was_earned_stays(graded):
    short = replace(LIMITS, total_seconds=4.0, cell_seconds=2.0)
    endless = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    result = graded(SQUARE, ANSWER, endless, SHARES, endless, limits=short)
    assert result.earned < 10
    assert "no result" in words(result)


def test_a_submission_that_kills_every_worker_comes_to_an_end(graded):
    result = graded(*["import os\nos._exit(0)"] * 30, SQUARE)
    assert result.earned == 0
    assert [row.state for row in result.questions] == ["no result"] * 3
