"""An invoice on its way: month close, e-mail with the PDF, files by REST and by the command, and a void."""
import datetime
import hashlib
import json
import os
import subprocess

from support.checks import Deadline
from support.postage_process import Postage, Rest, Sink, command, furnish, parse_time
from support.websocket_client import Client

SETTINGS = ['--invoice-issuer-name', 'Example Networks Ltd', '--invoice-issuer-address', '1 Example Road | Shanghai',
            '--invoice-issuer-tax-number', '91310000TEST0001', '--invoice-issuer-bank', 'Bank of Example | 6222 0000 1111']


def pdf_text(folder, data):
    path = folder + '/read.pdf'
    with open(path, 'wb') as out:
        out.write(data)
    return subprocess.run(['pdftotext', '-layout', path, '-'], stdout=subprocess.PIPE, check=True, text=True).stdout


def marked(folder, data, word):
    """Whether the slanting word stands on the pages: poppler gives it letter by letter."""
    pdf_text(folder, data)
    raw = subprocess.run(['pdftotext', '-raw', folder + '/read.pdf', '-'], stdout=subprocess.PIPE, check=True, text=True).stdout
    return word in ''.join(raw.split())


def letter(rest, sink, word):
    """The kept mail whose subject holds `word`, once it has come."""
    deadline = Deadline()
    while deadline.left():
        for name in sorted(os.listdir(sink.folder)):
            if not name.endswith('.json'):
                continue
            with open(f'{sink.folder}/{name}', encoding='utf-8') as kept:
                mail = json.load(kept)
            if word in dict(mail['headers'])['Subject']:
                return mail
        rest.settle()
    raise RuntimeError(f'no mail about {word} came')


def attached(mail):
    return [(part['filename'], part['type'], bytes.fromhex(part['hex'])) for part in mail['parts'] if part['filename']]


def check_mail(checks, folder, rest, sink, number, words):
    files = attached(letter(rest, sink, number))
    checks.equal(f'{number}: what the mail carries', [file[:2] for file in files], [(number + '.pdf', 'application/pdf')])
    text = pdf_text(folder, files[0][2])
    for word in (number, *words):
        checks.that(f'{number}: the PDF says {word}', word in text, text[:300])
    return files[0][2]


def run(checks, folder):
    data = folder + '/data'
    project = furnish(data, [('paper', 'basic', ['--app-id-only'])])[0]
    account = project['account']
    with Sink(folder + '/mails') as sink, Postage(data, '--smtp-url', sink.url, *SETTINGS) as server:
        rest = Rest(server)
        clients = [Client(server.port) for _ in range(3)]
        for i, client in enumerate(clients):
            client.log_in(project, f'user{i}')
        rest.settle()
        for client in clients:
            client.drop()
        end = parse_time(rest.get(f'/accounts/{account}/usage/current')['end'])
        draft = rest.call('GET', f'/accounts/{account}/bill?format=pdf').bytes
        checks.that('the draft says so', marked(folder, draft, 'DRAFT'))
        rest.move_clock(end - datetime.timedelta(seconds=30))
        rest.move_clock(end + datetime.timedelta(seconds=60))
        invoice = rest.get(f'/accounts/{account}/invoices')['items'][0]
        number = invoice['number']
        evidence = invoice['evidence'][0]
        checks.equal('connections at the peak, as the evidence says', evidence['connections'], '3')
        checks.equal('who was connected', sorted(each['user'] for each in evidence['listed']), ['user0', 'user1', 'user2'])
        mailed = check_mail(checks, folder, rest, sink, number,
                            ['Example Networks Ltd', '91310000TEST0001', 'CNY 399.00', 'user1', invoice['sha256']])
        path = f'/accounts/{account}/invoices/{number}'
        checks.that('REST gives the very bytes of the mail', rest.call('GET', path + '?format=pdf').bytes == mailed)
        document = rest.call('GET', path + '/document').bytes
        checks.equal('SHA-256 of the stored document', hashlib.sha256(document).hexdigest(), invoice['sha256'])
        out = folder + '/out.pdf'
        bill = ['bill', '--data-dir', data, '--account', str(account)]
        code, _, errors = command(*bill, '--month', invoice['month'], '--format', 'pdf', '--out', out)
        checks.equal('postage bill --format pdf', (code, errors), (0, ''))
        with open(out, 'rb') as file:
            checks.that('the command gives the same bytes', file.read() == mailed)
        code, text, _ = command(*bill, '--month', invoice['month'], '--format', 'csv')
        checks.equal('last row of its CSV', text.splitlines()[-1].split(',')[5], '399.00')
        checks.equal('a month that is none', command(*bill, '--month', '2026-13', '--format', 'csv')[0], 2)
        checks.equal('a format that is none', command(*bill, '--format', 'doc')[0], 2)
        void = rest.call('POST', path + ':void', {'reason': 'issued to the wrong account'})
        checks.equal('void', void.status, 201)
        checks.equal('void again', rest.call('POST', path + ':void', {'reason': 'again'}).status, 409)
        checks.equal('the state then', rest.get(path)['state'], 'void')
        check_mail(checks, folder, rest, sink, void.json['number'], ['Credit note', number, 'issued to the wrong account', 'CNY 399.00'])
        checks.that('the PDF is marked', marked(folder, rest.call('GET', path + '?format=pdf').bytes, 'VOID'))
        checks.equal('exit code after SIGTERM', server.stop(), 0)
    code, _, errors = command(*bill, '--month', invoice['month'], '--format', 'xlsx', '--out', folder + '/out.xlsx')
    checks.equal('postage bill without a server', (code, errors), (0, ''))
    with open(folder + '/out.xlsx', 'rb') as file:
        checks.that('an XLSX', file.read(2) == b'PK')
