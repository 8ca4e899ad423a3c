#!/usr/bin/python3
"""Tests of tidy.py: each rule is broken once in a small tree and must be named."""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ARROWS = 'base:\nnet:\nshard: net\nrating:\n'
CASES = [
    ('a clean tree passes', {'src/net/a.cc': 'int a() {\n  return 1;\n}\n', 'src/net/ROOM.md': 'x'}, None),
    ('an arrow that is not listed is refused', {'src/net/a.cc': '#include "shard/b.h"\n', 'src/net/ROOM.md': 'x'}, 'net may not include shard'),
    ('base may include no room', {'src/base/a.h': '#include "net/b.h"\n'}, 'base may not include net'),
    ('an unknown room is refused', {'src/attic/a.cc': ''}, 'room attic is not in'),
    ('a listed arrow passes', {'src/shard/a.cc': '#include "net/b.h"\n', 'src/shard/ROOM.md': 'x'}, None),
    ('a long file is refused', {'src/net/a.h': '\n' * 401}, '401 lines'),
    ('a long function is refused', {'src/net/a.cc': 'int a() {\n' + '  ;\n' * 90 + '}\n', 'src/net/ROOM.md': 'x'}, 'is the most'),
    ('binary floating point near money is refused', {'src/rating/a.h': 'double x;\n'}, 'double'),
    ('elsewhere it passes', {'src/net/a.h': 'double x;\n'}, None),
    ('a coroutine is refused', {'src/net/a.h': 'co_' + 'await x;\n'}, 'no coroutines'),
    ('a word in a comment is no coroutine', {'src/net/a.h': '// co_' + 'await\n'}, None),
    ('asking the clock is refused', {'src/net/a.h': 'auto x = std::chrono::steady_clock::now();\n'}, 'are given'),
    ('unfinished work is refused', {'src/net/a.h': '// TO' + 'DO later\n'}, 'finish it'),
    ('a room without a page is refused', {'src/net/a.cc': ''}, 'no ROOM.md'),
    ('a circle of arrows is refused', {'tools/arrows.txt': 'net: shard\nshard: net\n'}, 'net -> shard -> net'),
    ('a row that nobody reads is refused', {'src/spec/errors.def': 'ERROR(-1, gone, 404, no, "x")\n'}, 'gone: no code reads'),
    ('a row that only a test reads is refused',
     {'src/spec/settings.def': 'SETTING(a, b, flag, 0, 0, 0, "x")\n', 'src/base/a_test.cc': 'a_b;\n'}, 'a_b: no code reads'),
    ('a row that code reads passes',
     {'src/spec/settings.def': 'SETTING(a, b, flag, 0, 0, 0, "x")\n', 'src/base/a.h': 'int a_b;\n'}, None),
    ('an exemption with a reason passes', {'src/net/a.h': '\n' * 401, 'tools/tidy_allow.txt': 'src/net/a.h: size: one table\n'}, None),
    ('an exemption without a reason does not', {'src/net/a.h': '\n' * 401, 'tools/tidy_allow.txt': 'src/net/a.h: size:\n'}, '401 lines'),
]


def main():
    good = bad = 0
    for title, files, wanted in CASES:
        with tempfile.TemporaryDirectory() as root:
            for name, text in {'tools/arrows.txt': ARROWS, **files}.items():
                os.makedirs(os.path.dirname(f'{root}/{name}'), exist_ok=True)
                open(f'{root}/{name}', 'w').write(text)
            subprocess.run(['git', 'init', '-q'], cwd=root, check=True)
            done = subprocess.run([f'{HERE}/tidy.py', root], stdout=subprocess.PIPE, text=True)
            fine = (done.returncode == 0 and not done.stdout) if wanted is None else wanted in done.stdout
            good, bad = good + fine, bad + (not fine)
            if not fine:
                print(f'{title}: got {done.stdout!r}')
    print(f'{good} passed, {bad} failed')
    return 1 if bad else 0


sys.exit(main())
