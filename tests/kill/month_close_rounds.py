#!/usr/bin/python3
"""Kills a month close with SIGKILL and checks that the books are those of a close that nobody disturbed.

A store with N accounts is closed once undisturbed. A copy of it is closed by a process that is killed again and again: half of
the kills fall on a step that was drawn (between any two writes), half on a moment that was drawn. At the end every account is
billed exactly once, numbers have no gap, the ledger sums to zero, every invoice, line, entry and mail equals that of the
undisturbed run byte for byte, and each mail was kept once.   month_close_rounds.py [--kills N] [--accounts N] [--seed N]
"""
import argparse
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get('POSTAGE_TEST_BUILD', f'{ROOT}/build/test'), 'tests/month_close')


def call(*arguments):
    """The JSON that a run prints last; an error ends all."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f'month_close {arguments[0]}: exit {done.returncode}: {done.stderr[-2000:]}')
    return json.loads(done.stdout.splitlines()[-1])


def killed(folder, step=0, after=0.0):
    """Closes in a process that is killed at a step, or so many seconds after it began. True: it was killed."""
    arguments = [PROGRAM, 'close', folder] + ([str(step)] if step else [])
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()  # "ready"
    if not step:
        select.select([process.stdout], [], [], after)
        process.kill()
    process.wait()
    if process.returncode not in (0, -9):
        sys.exit(f'close: exit {process.returncode}: {process.stderr.read().decode()[-2000:]}')
    return process.returncode == -9


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--kills', type=int, default=12)
    options.add_argument('--accounts', type=int, default=3000)
    options.add_argument('--seed', type=int, default=20260101)
    options.add_argument('--folder', default='')
    ask = options.parse_args()
    chance = random.Random(ask.seed)
    folder = ask.folder or tempfile.mkdtemp(prefix='postage-close-')
    os.makedirs(folder, exist_ok=True)
    try:
        made, calm, wild = f'{folder}/made', f'{folder}/calm', f'{folder}/wild'
        if not os.path.exists(made):
            call('make', made, ask.accounts)
        shutil.copytree(made, calm)
        figures = call('close', calm)
        undisturbed = call('check', calm, 'deep')
        shutil.rmtree(calm)
        per_second = figures['closed'] * 1000 // max(1, figures['milliseconds'])
        print(f'undisturbed: {figures["closed"]} accounts in {figures["milliseconds"]} ms, {per_second} a second, longest tick '
              f'{figures["longest_tick_ms"]} ms; of the processor {figures["cpu_milliseconds"]} ms, longest tick '
              f'{figures["longest_tick_cpu_ms"]} ms; {figures["peak_memory_kb"] // 1024} MiB, {figures["steps"]} steps', flush=True)
        kills, rounds, wrong = 0, 0, []
        while kills < ask.kills and rounds < 4 * ask.kills + 10:
            # As many kills as fit into one close; then the next one begins with a fresh copy.
            shutil.rmtree(wild, ignore_errors=True)
            shutil.copytree(made, wild)
            left = ask.kills - kills
            per_kill = figures['steps'] // left + 1
            seconds = figures['milliseconds'] / 1000 / left
            open_work = True
            while open_work and kills < ask.kills:
                rounds += 1
                if kills % 2:
                    open_work = killed(wild, after=chance.uniform(0, 1.6 * seconds))
                else:
                    open_work = killed(wild, step=chance.randint(1, int(1.6 * per_kill)))
                kills += open_work
            call('close', wild)
            after = call('check', wild, 'deep')
            again = call('close', wild)
            if again['closed'] or again['told']:
                wrong.append('a close after the close did something')
            for name in ('invoices', 'billed_accounts', 'highest_number', 'mails', 'mail_keys', 'progress'):
                if after[name] != ask.accounts:
                    wrong.append(f'{name}: {after[name]} instead of {ask.accounts}')
            for name, value in undisturbed.items():
                if after[name] != value:
                    wrong.append(f'{name}: {after[name]}, undisturbed {value}')
            if after['todos']:
                wrong.append(f'{after["todos"]} are untold')
        print(f'{kills} kills over {ask.accounts} accounts, seed {ask.seed}: '
              + ('; '.join(sorted(set(wrong))) if wrong else
                 f'{undisturbed["invoices"]} invoices, {undisturbed["entries"]} ledger entries and {undisturbed["mails"]} mails as '
                 'undisturbed, byte for byte'))
    finally:
        if not ask.folder:
            shutil.rmtree(folder, ignore_errors=True)
    bad = 1 if wrong or kills < ask.kills else 0
    print(f'{kills if not bad else 0} passed, {bad} failed')
    return bad


if __name__ == '__main__':
    sys.exit(main())
