"""Two runs with a kill between them, a closed month, and its bundle recomputed where there is no server and no data folder."""
import datetime
import json
import os
import random
import shutil
import time

from support.postage_process import Postage, Rest, command, furnish
from support.websocket_client import JSON, PROTO, Client

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))


def traffic(server, project, dice, publishes):
    """Random publishes to a channel with some listeners; the sockets are left open."""
    clients = []
    for i in range(dice.randint(1, 3)):
        listener = Client(server.port, JSON)
        listener.log_in(project, f'listener-{i}')
        listener.call('subscribe', {'channel': 'a'})
        clients.append(listener)
    writer = Client(server.port, PROTO)
    writer.log_in(project, 'writer')
    for _ in range(publishes):
        writer.call('publish', {'channel': 'a', 'payload': 'x' * dice.randint(1, 5000)})
    return clients + [writer]


def verified(path, *more):
    """(exit code, report) of `postage verify --json`."""
    code, out, err = command('verify', path, '--json', *more)
    return code, json.loads(out) if out else {'finding': err}


def exported(folder, account, month, out):
    code, _, err = command('export', '--data-dir', folder, '--account', str(account), '--month', month, '--out', out)
    if code != 0:
        raise RuntimeError(f'postage export: {code} {err}')
    return os.path.getsize(out)


def damaged(checks, path, dice):
    """Flips in the file: each is found, by line."""
    with open(path, 'rb') as file:
        whole = file.read()
    named = 0
    for _ in range(10):
        at = dice.randrange(len(whole))
        with open(path + '.bad', 'wb') as file:
            file.write(whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1:])
        code, report = verified(path + '.bad')
        named += code == 1 and report['finding']['line'] == 1 + whole[:at].count(b'\n')
    checks.equal('flipped bytes that `postage verify` finds and names by line, of 10', named, 10)


def check_month(checks, rest, server, account, month, bundle):
    """The bundle against the API, `postage bill` and the page's proof."""
    code, report = verified(bundle)
    checks.that('`postage verify` holds without the data folder', code == 0 and report['valid'], report.get('finding') or '')
    invoice = rest.get(f'/accounts/{account}/invoices')['items'][0]
    _, out, _ = command('bill', '--data-dir', server.folder, '--account', str(account), '--month', month, '--json')
    totals = {report['months'][0]['total'], invoice['total'], json.loads(out)['total']}
    checks.equal('bundle, API and `postage bill` say one total', len(totals), 1)
    checks.equal('lines of bundle and API', report['months'][0]['lines'], invoice['lines'])
    proof = rest.get(f"/accounts/{account}/invoices/{invoice['number']}/proof")
    checks.that("the invoice page's proof holds", proof['holds'] and proof['total'] == invoice['total'],
                f"{proof['records']} records in {proof['hours']} hours")
    checks.equal('its key is the bundle\'s', proof['key_sha256'], report['key_sha256'])
    sent = rest.call('GET', f'/accounts/{account}/export?month={month}')
    with open(bundle + '.rest', 'wb') as file:
        file.write(sent.bytes)
    checks.equal('GET .../export sends a bundle that holds', (sent.status, verified(bundle + '.rest')[0]), (200, 0))
    return report


def credited(checks, rest, data, account, month, bundle):
    """A part of the invoice and then the rest of it taken back: the notes are in the bundle and recomputed."""
    number = rest.get(f'/accounts/{account}/invoices')['items'][0]['number']
    for ask in ({'amount': '100.01'}, {}):
        sent = rest.call('POST', f'/accounts/{account}/invoices/{number}' + ('/credit-notes' if ask else ':void'),
                         {'reason': 'outage', **ask})
        checks.that('a credit note', sent.status == 201, sent.bytes[:200])
    exported(data, account, month, bundle)
    code, report = verified(bundle)
    notes = report['months'][0]['credit_notes'] if code == 0 else []
    checks.equal('credit notes that the bundle holds', [(each['kind'], each['left'] == '0.00') for each in notes],
                 [('partial', False), ('void', True)])
    with open(bundle, 'rb') as file:
        whole = file.read()
    at = whole.index(b'"kind":"note"') + 100
    with open(bundle + '.bad', 'wb') as file:
        file.write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    code, report = verified(bundle + '.bad')
    checks.equal('a flipped byte of a note is named', (code, report['finding']['kind'], report['finding']['line']),
                 (1, 'note', 1 + whole[:at].count(b'\n')))


def run(checks, folder):
    data, dice = folder + '/bundle', random.Random(7)
    project, other = furnish(data, [('bundle', 'basic', ['--app-id-only']), ('other', 'basic', ['--app-id-only'])])
    account, elsewhere = project['account'], folder + '/elsewhere'
    os.makedirs(elsewhere)
    with Postage(data) as server:
        clients = traffic(server, project, dice, 40) + traffic(server, other, dice, 40)
        server.kill()
        for client in clients:
            client.drop()
    with Postage(data) as server:
        rest = Rest(server)
        clients = traffic(server, project, dice, 30)
        now = rest.now().astimezone(SHANGHAI)
        month = now.strftime('%Y-%m')
        size = exported(data, account, month, elsewhere + '/running.bundle')
        code, report = verified(elsewhere + '/running.bundle')
        checks.that('the running month is a bundle too', code == 0 and report['valid'] and report['months'][0]['stated'],
                    report.get('finding') or f'{size} bytes')
        for client in clients:
            client.drop()
        end = (now.replace(day=1) + datetime.timedelta(days=32)).replace(day=1, hour=0, minute=0, second=30, microsecond=0)
        rest.move_clock(end)
        rest.settle()
        size = exported(data, account, month, elsewhere + '/closed.bundle')
        began = time.monotonic()
        report = check_month(checks, rest, server, account, month, elsewhere + '/closed.bundle')
        checks.that('size of the bundle, and time of its checks', True,
                    f"{size} bytes, {report['lines']} lines, {time.monotonic() - began:.1f} s")
        credited(checks, rest, data, account, month, elsewhere + '/credited.bundle')
        code, out, err = command('verify', data, '--json')
        checks.that('`postage verify` of the data folder while the server runs', code == 0 and json.loads(out)['store']['invoices'] == 2,
                    err or out[-300:])
        shutil.copy(data + '/meter/seal_key.pub.pem', elsewhere + '/key.pem')
        server.stop()
    shutil.move(data, folder + '/gone')
    checks.equal('with the key at hand, the data folder gone', verified(elsewhere + '/closed.bundle', '--key', elsewhere + '/key.pem')[0], 0)
    damaged(checks, elsewhere + '/closed.bundle', dice)
    code, out, err = command('verify', folder + '/gone', '--json')
    checks.that('`postage verify` of the stopped data folder', code == 0 and json.loads(out)['valid'], err or out[-300:])
    exported(folder + '/gone', account, month, elsewhere + '/stopped.bundle')
    checks.equal('an export from the stopped folder holds', verified(elsewhere + '/stopped.bundle')[0], 0)
    checks.equal('misuse', command('verify', folder + '/nothing')[0], 2)
