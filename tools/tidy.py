#!/usr/bin/python3
"""Checks the house rules: arrows between rooms and no circle, sizes, banned words, room pages, unfinished work,
rows of spec/ that nothing reads.

tidy.py [ROOT]   prints each finding as path:line: what; exit code 1 when there is any. A rule broken on purpose stands
in tools/tidy_allow.txt as `path: rule: reason`.
"""
import os
import re
import subprocess
import sys

SIZE = {'code': 400, 'test': 600}
FUNCTION_LINES = 80
BANNED = [
    (r'\bco_(await|return|yield)\b', 'no coroutines: this compiler miscompiles them', r'^src/'),
    (r'\bthrow\b(?! \(\))', 'errors are values (base/result.h)', r'^src/.*\.(cc|h)$'),
    (r'\b(double|float)\b', 'money and units are integers or exact rationals',
     r'^src/(rating|invoice|ledger|catalog|quota|meter)/'),
    (r'\b(sleep_for|sleep_until|usleep|nanosleep)\b', 'time is given, never slept', r'^(src|tests)/'),
    (r'\b(system_clock::now|steady_clock::now|random_device|std::rand)\b', 'the clock and chance are given',
     r'^src/(?!base/system_clock\.cc|base/random)'),
    (r'raise\(abort', 'POSTAGE_APPEND_ONLY of db/append_only.h writes these triggers', r'^src/(?!db/append_only\.h|auth/schema\.cc)'),
    (r'\bgetenv\b', 'settings come through app/settings.h', r'^src/(?!app/)'),
    (r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b', 'finish it or leave it out', r'^(src|sdk|console/src|tests|tools|bench)/'),
]
ROWS = {'errors': r'ERROR\(-?\d+, (\w+)', 'limits': r'LIMIT\((\w+)', 'settings': r'SETTING\((\w+), (\w+)',
        'roles': r'PERMISSION\((\w+)', 'reasons': r'REASON\((\w+)'}


def tracked(root):
    """Files git knows or would add, relative to root."""
    done = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=root, stdout=subprocess.PIPE, text=True)
    return [f for f in done.stdout.splitlines() if os.path.isfile(os.path.join(root, f))]


def read_arrows(path):
    """room -> set of rooms it may include."""
    arrows = {}
    for line in open(path):
        line = line.split('#')[0].strip()
        if line:
            room, _, rest = line.partition(':')
            arrows[room.strip()] = set(rest.split())
    return arrows


def circle(arrows):
    """A list of rooms that form a circle, or None."""
    state, stack = {}, []

    def visit(room):
        state[room] = 1
        stack.append(room)
        for other in sorted(arrows.get(room, ())):
            if state.get(other) == 1:
                return stack[stack.index(other):] + [other]
            if other not in state:
                found = visit(other)
                if found:
                    return found
        state[room] = 2
        stack.pop()
        return None

    for room in arrows:
        if room not in state:
            found = visit(room)
            if found:
                return found
    return None


def check_arrows(root, files, arrows):
    for name in files:
        part = name.split('/')
        if part[0] != 'src' or len(part) < 3 or not name.endswith(('.cc', '.h')):
            continue
        room = part[1]
        if room not in arrows:
            yield name, 1, 'arrows', f'room {room} is not in tools/arrows.txt'
            continue
        allowed = arrows[room] | {room, 'base', 'spec'}
        if room == 'base':
            allowed = {'base', 'spec'}
        for number, line in enumerate(open(os.path.join(root, name), errors='replace'), 1):
            found = re.match(r'\s*#include "([a-z_0-9]+)/', line)
            if found and found.group(1) in arrows and found.group(1) not in allowed:
                yield name, number, 'arrows', f'{room} may not include {found.group(1)}'


def functions(text):
    """(first line, length) of function bodies, by braces at namespace depth; good enough to find giants."""
    lines, start = text.split('\n'), None
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r'^[A-Za-z_].*\)[^;]*\{\s*$', line) and not line.startswith(('namespace', 'struct', 'class', 'enum', 'extern')):
            start = number
        elif start is not None and line.startswith('}'):
            yield start, number - start + 1
            start = None


def check_text(root, files):
    for name in files:
        if not re.match(r'^(src|tests|tools|bench|sim|sdk|console)/.*\.(cc|h|py|ts|tsx|mjs)$', name):
            continue
        text = open(os.path.join(root, name), errors='replace').read()
        count = text.count('\n')
        kind = 'test' if re.search(r'(_test|\.test)\.|^tests/', name) else 'code'
        if count > SIZE[kind]:
            yield name, 1, 'size', f'{count} lines; {SIZE[kind]} is the most for {kind}'
        if name.endswith('.cc') and kind == 'code':
            for start, length in functions(text):
                if length > FUNCTION_LINES:
                    yield name, start, 'function', f'{length} lines; {FUNCTION_LINES} is the most'
        for pattern, why, where in BANNED:
            if not re.match(where, name) or name.startswith('tools/tidy'):
                continue
            for number, line in enumerate(text.split('\n'), 1):
                code = re.sub(r'"(\\.|[^"\\])*"', '""', line).split('//')[0] if name.endswith(('.cc', '.h')) else line
                if 'TO' 'DO' in pattern:
                    code = line
                if re.search(pattern, code):
                    yield name, number, 'banned', f'{re.search(pattern, code).group(0)}: {why}'


def check_pages(root, arrows):
    for room in arrows:
        folder = os.path.join(root, 'src', room)
        if os.path.isdir(folder) and any(f.endswith('.cc') for _, _, fs in os.walk(folder) for f in fs):
            if not os.path.exists(os.path.join(folder, 'ROOM.md')):
                yield f'src/{room}', 1, 'page', 'the room has no ROOM.md'
            elif sum(1 for _ in open(os.path.join(folder, 'ROOM.md'))) > 120:
                yield f'src/{room}/ROOM.md', 1, 'page', 'longer than 120 lines'


def check_rows(root, files):
    """A row of spec/ that no code reads is dead."""
    code = [f for f in files if re.match(r'^src/.*\.(cc|h)$', f) and not re.search(r'_(test|fuzz|bench)\.', f)]
    words = set()
    for name in code:
        words.update(re.findall(r'\w+', open(os.path.join(root, name), errors='replace').read()))
    for kind, pattern in ROWS.items():
        path = f'src/spec/{kind}.def'
        if path not in files:
            continue
        for number, line in enumerate(open(os.path.join(root, path)), 1):
            row = re.match(pattern, line)
            name = '_'.join(row.groups()) if row else None
            if row and name not in words:
                yield path, number, f'dead {name}', f'{name}: no code reads this row'


def allowed(root):
    """(path, rule) pairs that may break a rule, with a reason in the file."""
    path = os.path.join(root, 'tools/tidy_allow.txt')
    if not os.path.exists(path):
        return set()
    rows = [line.split(':', 2) for line in open(path) if line.strip() and not line.startswith('#')]
    return {(row[0].strip(), row[1].strip()) for row in rows if len(row) == 3 and row[2].strip()}


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), '..'))
    arrows = read_arrows(os.path.join(root, 'tools/arrows.txt'))
    files = tracked(root)
    findings = list(check_arrows(root, files, arrows)) + list(check_text(root, files)) + list(check_pages(root, arrows)) + list(check_rows(root, files))
    round_trip = circle({room: others for room, others in arrows.items() if room != 'app'})
    if round_trip:
        findings.append(('tools/arrows.txt', 1, 'circle', ' -> '.join(round_trip)))
    exempt = allowed(root)
    findings = [f for f in findings if (f[0], f[2]) not in exempt]
    for name, number, rule, what in findings:
        print(f'{name}:{number}: {rule}: {what}')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
