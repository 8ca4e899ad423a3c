#!/usr/bin/python3
"""Kills the server with SIGKILL at random moments under load and checks the bill of what the clients saw.

In every round: nothing that a client saw (accepted login and subscribe, acknowledged publish, received copy) is unbilled;
what is billed and was seen by no client belongs to connections cut by the kill, which recovery lists with their units; the
journal verifies; a second recovery changes nothing.   kill_rounds.py [--rounds N] [--seed N]
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get('POSTAGE_BINARY', f'{ROOT}/build/release/postage')
LOAD = os.environ.get('POSTAGE_KILL_LOAD', f'{ROOT}/build/test/tests/kill_load')
SUBSCRIBERS, PUBLISHERS = 24, 6


def tool(*arguments):
    """Standard output of a postage command; an error ends the run."""
    done = subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    if done.returncode:
        sys.exit(f'postage {" ".join(arguments)}: {done.stderr}')
    return done.stdout


def start(folder):
    """(process, port) of a server that has recovered and listens."""
    log = open(f'{folder}/server.log', 'ab')
    server = subprocess.Popen([BINARY, 'serve', '--server-data-dir', f'{folder}/data', '--server-port', '0',
                               '--server-shards', '2'], stdout=subprocess.PIPE, stderr=log, text=True)
    line = server.stdout.readline()
    if not line:
        sys.exit('the server did not start: ' + open(f'{folder}/server.log').read()[-2000:])
    return server, json.loads(line)['port']


def stop(server):
    server.send_signal(signal.SIGTERM)
    if server.wait(30) != 0:
        sys.exit(f'a graceful stop ended with {server.returncode}')


def books(folder):
    """What `postage verify` says of the journal: {"valid", "projects": {id: units}, "cut": [{run, session, units}]}."""
    return json.loads(tool('verify', '--data-dir', f'{folder}/data', '--json'))


def one_round(folder, number, app_id, project, chance):
    before = books(folder)['projects'].get(project, {'units': 0})['units'] if number else 0
    server, port = start(folder)
    size, window = chance.choice([64, 700, 2500]), chance.choice([1, 8, 32])
    load = subprocess.run([LOAD, str(port), app_id, f'{folder}/tokens', str(SUBSCRIBERS), str(PUBLISHERS),
                           str(window), str(size), str(server.pid), str(chance.randint(1, 60000))],
                          stdout=subprocess.PIPE, text=True, timeout=120)
    server.wait(30)
    if load.returncode:
        sys.exit(f'round {number}: the load ended with {load.returncode}')
    saw = json.loads(load.stdout)
    again, _ = start(folder)  # recovers
    stop(again)
    after = books(folder)
    second, _ = start(folder)  # a second recovery finds nothing to do
    stop(second)
    final = books(folder)

    billed = after['projects'][project]['units'] - before
    run = max(c['run'] for c in after['cut'])
    cut = {c['session']: c['units'] for c in after['cut'] if c['run'] == run}
    seen = {p['session']: p['copies'] for p in saw['peers']}
    copies = sum(seen.values())
    # Besides copies a bill holds operations and the publishes themselves; of those a client may miss the answers only.
    unanswered = (billed - sum(cut.values())) - (saw['seen'] - copies)
    wrong = []
    if not (after['valid'] and final['valid']):
        wrong.append('the journal does not verify')
    if final['projects'] != after['projects']:
        wrong.append('a second recovery changed the units')
    if billed < saw['seen']:
        wrong.append(f'billed {billed} < seen {saw["seen"]}')
    if not 0 <= unanswered <= PUBLISHERS * window * ((size + 1023) // 1024):
        wrong.append(f'{unanswered} units of publishes beyond those that were in flight')
    for session, units in seen.items():
        if cut.get(session, 0) < units:
            wrong.append(f'connection {session}: listed {cut.get(session, 0)} < seen {units}')
    print(f'round {number}: {saw["acknowledged"]} publishes acknowledged, {saw["deliveries"]} copies received, '
          f'billed {billed}, seen {saw["seen"]}; in flight at the kill: {sum(cut.values()) - copies} copies on {len(cut)} listed '
          f'connections, {unanswered} unanswered publishes'
          + ('; WRONG: ' + '; '.join(wrong) if wrong else ''), flush=True)
    return not wrong


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--rounds', type=int, default=3)
    options.add_argument('--seed', type=int, default=20260101)
    ask = options.parse_args()
    chance = random.Random(ask.seed)
    folder = tempfile.mkdtemp(prefix='postage-kill-')
    try:
        data = f'{folder}/data'
        tool('account', 'create', '--data-dir', data, '--name', 'Kill', '--email', 'kill@example.com', '--plan', 'flagship')
        made = json.loads(tool('project', 'create', '--data-dir', data, '--account', '1', '--name', 'kill', '--json',
                               '--limit', 'publish_per_second_max', '100000', '--limit', 'calls_per_second_max', '10000'))
        with open(f'{folder}/tokens', 'w') as tokens:
            for i in range(SUBSCRIBERS + PUBLISHERS):
                tokens.write(tool('token', '--app-id', made['app_id'], '--certificate', made['certificate'], '--user', f'u{i}',
                                  '--expire', '86400'))
        good = sum(one_round(folder, n, made['app_id'], made['id'], chance) for n in range(ask.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f'seed {ask.seed}: {good} of {ask.rounds} rounds held')
    print(f'{good} passed, {ask.rounds - good} failed')
    return 0 if good == ask.rounds else 1


sys.exit(main())
