"""What `./test --full` adds: sanitizer builds of the whole suite, coverage-guided fuzzing, kill rounds, a month close of
100,000 accounts under 100 kills, the laws of money over 100,000 months and more."""
import glob
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FUZZ_SECONDS = int(os.environ.get('POSTAGE_FUZZ_SECONDS', '60'))
KILL_ROUNDS = os.environ.get('POSTAGE_KILL_ROUNDS', '50')
CLOSE_ACCOUNTS = os.environ.get('POSTAGE_CLOSE_ACCOUNTS', '100000')
CLOSE_KILLS = os.environ.get('POSTAGE_CLOSE_KILLS', '100')
LAW_MONTHS = os.environ.get('POSTAGE_LAW_MONTHS', '200')


def fuzz(run, count):
    """Each fuzzer for FUZZ_SECONDS with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer; one a processor."""
    def one(program):
        started = time.monotonic()
        corpus = f'{ROOT}/build/fuzz/corpus/{os.path.basename(program)}'
        os.makedirs(corpus, exist_ok=True)
        code, output = run([program, f'-max_total_time={FUZZ_SECONDS}', '-rss_limit_mb=4096', '-max_len=65536',
                            f'-artifact_prefix={corpus}-', corpus], FUZZ_SECONDS + 120)
        return program, code, output, started

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for program, code, output, started in pool.map(one, sorted(glob.glob(f'{ROOT}/build/fuzz/src/*_fuzz'))):
            count(f'fuzz {os.path.basename(program)}', 0 if code else 1, 1 if code else 0, output, started)


def run_all(wanted, build, cpp_suite, run, count):
    """Runs each part whose name is wanted; figures go to the common count."""
    if wanted('asan') and build('asan'):
        cpp_suite('asan', {'ASAN_OPTIONS': 'detect_leaks=1', 'UBSAN_OPTIONS': 'print_stacktrace=1',
                           'LSAN_OPTIONS': f'suppressions={ROOT}/tests/lsan.supp:print_suppressions=0'}, 'asan ')
    if wanted('tsan') and build('tsan'):
        cpp_suite('tsan', {'TSAN_OPTIONS': f'halt_on_error=1 second_deadlock_stack=1 suppressions={ROOT}/tests/tsan.supp'}, 'tsan ')
    if wanted('fuzz') and build('fuzz'):
        fuzz(run, count)
    if wanted('kill') and os.path.exists(f'{ROOT}/tests/kill/kill_rounds.py'):
        started = time.monotonic()
        code, output = run(['/usr/bin/python3', 'tests/kill/kill_rounds.py', '--rounds', KILL_ROUNDS], 3600,
                           {'POSTAGE_BINARY': f'{ROOT}/build/release/postage'})
        print(output, flush=True)
        count('kill rounds', 0 if code else int(KILL_ROUNDS), 1 if code else 0, output, started)
    if wanted('close'):
        started = time.monotonic()
        code, output = run(['/usr/bin/python3', 'tests/kill/month_close_rounds.py', '--accounts', CLOSE_ACCOUNTS, '--kills',
                            CLOSE_KILLS], 7200)
        print(output, flush=True)
        count('kills during a month close', 0 if code else int(CLOSE_KILLS), 1 if code else 0, output, started)
    if wanted('laws'):
        started = time.monotonic()
        code, output = run(['build/test/src/app_test', '--gtest_filter=Laws*'], 3600, {'POSTAGE_LAW_MONTHS': LAW_MONTHS})
        print(output[-200:], flush=True)
        held = re.search(r'\[  PASSED  \] (\d+) tests', output)  # A filter that finds no law is a failure too.
        laws = int(held.group(1)) if held and not code else 0
        count('laws of money', laws, 0 if laws else 1, output, started)
