#!/usr/bin/python3
"""Documents must tell the truth: pages made from rows equal what the binary prints, and every ```console block whose line
begins with `$ postage` prints exactly what the page shows below it. docs_test.py --write mends the pages instead."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get('POSTAGE_BINARY', f'{ROOT}/build/release/postage')
WRITE = '--write' in sys.argv
good = bad = 0


def printed(arguments):
    done = subprocess.run([BINARY] + arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60)
    return done.stdout


def check(name, path, have, want):
    """Counts one comparison; with --write puts `want` into the file."""
    global good, bad
    if have == want:
        good += 1
    elif WRITE:
        open(path, 'w').write(want)
        good += 1
        print(f'wrote {path}')
    else:
        bad += 1
        print(f'{name}: differs from what the binary prints; run tests/scripts/docs_test.py --write and look at the diff')


def mend_blocks(text):
    """The page with the output of every `$ postage` block as the binary prints it now."""
    def block(found):
        lines = found.group(1).rstrip('\n').split('\n')
        if not lines[0].startswith('$ postage '):
            return found.group(0)
        command = lines[0][len('$ postage '):].split()
        return f'```console\n{lines[0]}\n{printed(command).rstrip()}\n```'
    return re.sub(r'```console\n(.*?)```', block, text, flags=re.S)


def main():
    for page in ['errors', 'limits', 'settings']:
        path = f'{ROOT}/docs/{page}.md'
        have = open(path).read() if os.path.exists(path) else ''
        check(path, path, have, printed(['docs', page]))
    for path in sorted(glob.glob(f'{ROOT}/docs/**/*.md', recursive=True)) + [f'{ROOT}/README.md']:
        text = open(path).read()
        if '```console\n$ postage ' in text:
            check(path, path, text, mend_blocks(text))
        for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text):
            global good, bad
            if os.path.exists(os.path.join(os.path.dirname(path), target)):
                good += 1
            else:
                bad += 1
                print(f'{path}: a link to {target}, which is not there')
    print(f'{good} passed, {bad} failed')
    return 1 if bad else 0


sys.exit(main())
