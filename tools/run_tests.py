#!/usr/bin/python3
"""Builds and runs every test; prints one line a program and, last, `N passed, N failed`.

--full    adds sanitizer builds of the whole suite, long fuzzing and the kill rounds
--only X  runs only the steps whose name contains X
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
passed, failed, failures = 0, 0, []


def count(name, good, bad, output='', started=None):
    """Adds a step's figures and prints its line; a failing step's output follows it."""
    global passed, failed
    passed += good
    failed += bad
    took = f' ({time.monotonic() - started:.1f} s)' if started else ''
    print(f'{"FAIL" if bad else "ok  "} {name}: {good} passed, {bad} failed{took}', flush=True)
    if bad:
        failures.append(name)
        print(output[-12000:], flush=True)


def run(command, timeout, env=None):
    """(exit code, output) of a command; 124 when it takes longer than `timeout` seconds."""
    try:
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                              env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout.decode(errors='replace')
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b'').decode(errors='replace') + f'\nno end within {timeout} s'


def build(preset):
    """Configures and builds a preset; False (and a failure counted) when it does not build."""
    started = time.monotonic()
    if not os.path.exists(f'{ROOT}/build/{preset}/build.ninja'):
        code, output = run(['cmake', '--preset', preset], 600)
        if code:
            count(f'configure {preset}', 0, 1, output, started)
            return False
    code, output = run(['ninja', '-C', f'build/{preset}', '-k', '0'], 4800)
    if code:
        count(f'build {preset}', 0, 1, '\n'.join(x for x in output.splitlines() if not x.startswith('[')), started)
        return False
    print(f'built {preset} ({time.monotonic() - started:.0f} s)', flush=True)
    return True


def gtest(program, env=None, timeout=1200, label=''):
    """Runs one GoogleTest program and counts its tests; a crash counts as one failure beside what was seen."""
    name = label + os.path.basename(program)
    started = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix='.json') as report:
        code, output = run([program, f'--gtest_output=json:{report.name}', '--gtest_brief=1'], timeout, env)
        try:
            result = json.load(open(report.name))
            good, bad = result['tests'] - result['failures'] - result.get('disabled', 0), result['failures']
        except (ValueError, KeyError):
            good, bad = 0, 1
    if code and not bad:
        bad = 1
    if not good and not bad:
        bad = 1
        output += '\nthis program ran no test'
    count(name, good, bad, output, started)


def cpp_suite(preset, env=None, label=''):
    """All GoogleTest programs and fuzz smoke runs of one build folder."""
    folder = f'{ROOT}/build/{preset}'
    for program in sorted(glob.glob(f'{folder}/src/*_test') + glob.glob(f'{folder}/tests/**/*_test', recursive=True)):
        gtest(program, env, label=label)
    for program in sorted(glob.glob(f'{folder}/src/*_fuzz')):
        started = time.monotonic()
        code, output = run([program], 600, env)
        count(label + os.path.basename(program), 0 if code else 1, 1 if code else 0, output, started)


def node_suite(folder, command, pattern, env=None):
    """A Node test command; its totals are read with `pattern` (groups: passed, failed)."""
    if not os.path.exists(f'{ROOT}/{folder}/package.json'):
        return
    started = time.monotonic()
    code, output = run(['bash', '-c', f'cd {folder} && {command}'], 1200, env)
    plain = re.sub(r'\x1b\[[0-9;]*m', '', output)
    good = sum(int(n) for n in re.findall(pattern[0], plain))
    bad = sum(int(n) for n in re.findall(pattern[1], plain))
    if code and not bad or not good:
        bad = max(bad, 1)
    count(f'{folder}: {command}', good, bad, output, started)


def scripts():
    """Checks of the tree and scenario scripts: one program a test, exit code 0 is a pass."""
    for script in ['tools/tidy.py', 'tools/tidy_test.py', 'tests/kill/kill_rounds.py',
                   'tests/kill/month_close_rounds.py'] + sorted(glob.glob(f'{ROOT}/tests/scripts/*_test.*')):
        path = os.path.relpath(script, ROOT) if os.path.isabs(script) else script
        if not os.path.exists(f'{ROOT}/{path}'):
            continue
        started = time.monotonic()
        command = ['/usr/bin/python3', path] if path.endswith('.py') else [f'{ROOT}/{path}']
        code, output = run(command, 1800, {'POSTAGE_BINARY': f'{ROOT}/build/release/postage'})
        totals = re.findall(r'^(\d+) passed, (\d+) failed$', output, re.M)
        good, bad = (int(totals[-1][0]), int(totals[-1][1])) if totals else (0 if code else 1, 1 if code else 0)
        count(path, good, max(bad, 1 if code else 0), output, started)


NODE_TEST = (r'(?m)^(?:#|ℹ) pass (\d+)', r'(?m)^(?:#|ℹ) fail (\d+)')
VITEST = (r'Tests\s+(?:\d+ failed \| )?(\d+) passed', r'Tests\s+(\d+) failed')


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument('--full', action='store_true')
    options.add_argument('--only', default='')
    ask = options.parse_args()
    started = time.monotonic()

    def wanted(name):
        return ask.only in name

    if wanted('console'):
        code, output = run(['tools/build_console.sh'], 600)
        if code:
            count('build console', 0, 1, output)
    if wanted('release'):
        build('release')
    if wanted('cpp') and build('test'):
        cpp_suite('test')
    if wanted('scripts'):
        scripts()
    env = {'POSTAGE_BINARY': f'{ROOT}/build/release/postage', 'POSTAGE_TEST_BUILD': f'{ROOT}/build/test'}
    if wanted('console'):
        node_suite('console', 'npm run --silent lint >&2 && npx vitest run', VITEST, env)
    if wanted('node'):
        node_suite('tests/node', 'node --test', NODE_TEST, env)
        node_suite('sdk/js', 'npm test --silent', NODE_TEST, env)
    if wanted('browser'):
        node_suite('tests/browser', 'node --test', NODE_TEST, env)
    if ask.full:
        sys.path.insert(0, f'{ROOT}/tools')
        import full_tests
        full_tests.run_all(wanted, build, cpp_suite, run, count)
    print(f'{time.monotonic() - started:.0f} s in all' + (f'; failing: {", ".join(failures)}' if failures else ''))
    print(f'{passed} passed, {failed} failed', flush=True)
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
