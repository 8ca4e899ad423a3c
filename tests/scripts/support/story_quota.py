"""The free plan used up to the last unit by many at once: exactly what is left is admitted, and it begins anew next month."""
import datetime
import json
import re
import socket

from support.bulk import BulkReader, publish_in_bulk
from support.checks import Deadline
from support.postage_process import Postage, Rest, Sink, furnish, parse_time
from support.websocket_client import PROTO, Client, proto_fields

QUOTA, CONNECTIONS, EACH, LEFT = 3_000_000, 100, 10, 10
LISTENERS, BYTES = 90, 32 * 1024
PRICE = 32 * (1 + LISTENERS)
REST_CONNECTIONS, REST_EACH = 50, 20


def account_used(rest, project):
    return int(rest.get(f"/accounts/{project['account']}/usage/current")['meters']['messages']['used'])


def fill_connections(checks, server, project):
    """100 logged-in clients; the 101st is refused until one leaves. (clients, units counted so far)."""
    clients = []
    for i in range(CONNECTIONS):
        client = Client(server.port, PROTO)
        client.log_in(project, f'user{i}')['login']
        clients.append(client)
    late = Client(server.port)
    error = late.log_in(project, 'late')['error']
    quota = error.get('quota', {})
    checks.equal('connection 101 is refused with', (error['number'], error['name']), (-10015, 'login_not_authorized'))
    checks.equal('and its quota detail', {name: quota.get(name) for name in ('number', 'name', 'meter', 'limit', 'used', 'needed')},
                 {'number': -17001, 'name': 'quota_pcu', 'meter': 'pcu', 'limit': '100', 'used': '100', 'needed': '1'})
    clients.pop().call('logout', {})['logout']
    checks.that('after one left, the next login is accepted', 'login' in late.log_in(project, 'late'))
    late.close()
    last = Client(server.port, PROTO)
    checks.that('and after that one closed, another', 'login' in logged_in_when_free(last, project))
    return clients + [last], CONNECTIONS + 1 + 1 + 1  # logins, the logout, the two that came after


def logged_in_when_free(client, project):
    """A close is counted by the shard that had the connection: asks until the place is free."""
    for _ in range(60):
        answer = client.log_in(project, 'last')
        if 'login' in answer:
            return answer
        for _ in range(10):
            client.call('ping', {})
    return answer


def consume(checks, server, rest, project, clients, counted):
    """Uses the quota up until exactly LEFT units are left; the readers' sockets stay open."""
    readers = []
    for client in clients[:LISTENERS]:
        at = client.call('subscribe', {'channel': 'fan', 'with_presence': False})['subscribe']
        readers.append(BulkReader(client, at.get('offset', 0)))
        counted += 1
    publisher = clients[-1]
    times = (QUOTA - LEFT - counted) // PRICE
    replies = publish_in_bulk(publisher, readers, 'fan', 'x' * BYTES, times, 16)
    counted += times * PRICE
    checks.equal(f'{times} publishes of 32 KiB to {LISTENERS} subscribers: units', sum(r['publish']['units'] for r in replies), times * PRICE)
    rest_of_it = QUOTA - LEFT - counted
    replies = publish_in_bulk(publisher, [], 'empty', 'x', rest_of_it, 64)
    checks.equal('small ones after that: units', sum(reply['publish']['units'] for reply in replies), rest_of_it)
    checks.equal('units used, by GET usage/current', account_used(rest, project), QUOTA - LEFT)
    for client in clients:
        client.socket.setblocking(True)


def rush_of_clients(checks, server, rest, project, clients):
    """1,000 publishes in flight at once over 100 connections."""
    for client in clients:
        together = b''.join(client.encode('publish', {'channel': 'empty', 'payload': 'x'}, 5_000 + i) for i in range(EACH))
        client.socket.sendall(together)
    good, refused, details = 0, [], []
    for client in clients:
        for i in range(EACH):
            frame = client.reply(5_000 + i)
            if 'publish' in frame:
                good += 1
            else:
                refused.append((frame['error']['number'], frame['error']['name']))
                details.append(quota_of(frame['error']))
    checks.equal('of 1,000 publishes at once were admitted', good, LEFT)
    checks.equal('were refused', len(refused), CONNECTIONS * EACH - LEFT)
    checks.equal('all with', sorted(set(refused)), [(-11025, 'channel_publish_message_too_frequent')])
    checks.equal('and the quota detail number, name, meter, limit, used, needed', sorted(set(details)),
                 [(-17002, 'quota_messages', 'messages', '3000000', '3000000', '1')])
    checks.equal('units used after the rush', account_used(rest, project), QUOTA)


def quota_of(error):
    """QuotaDetail of a decoded Protobuf error."""
    detail = dict(proto_fields(error['7']))
    return ((detail[1] >> 1) ^ -(detail[1] & 1), *(detail[number].decode() for number in (2, 3, 4, 5, 6)))


class RawRest:
    """One connection that sends several REST publishes without waiting, and reads the answers afterwards."""

    def __init__(self, server, rest, project):
        self.socket = socket.create_connection(('127.0.0.1', server.port), timeout=60)
        body = b'{"payload":"x"}'
        self.request = (f"POST /v1/projects/{project['id']}/channels/empty/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        f'Authorization: Bearer {rest.bearer}\r\nContent-Type: application/json\r\n'
                        f'Content-Length: {len(body)}\r\n\r\n').encode() + body
        self.buffer = b''

    def send(self, times):
        self.socket.sendall(self.request * times)

    def answer(self):
        """(status, content type, JSON) of the next answer."""
        deadline = Deadline()
        while b'\r\n\r\n' not in self.buffer:
            self._more(deadline)
        head, _, self.buffer = self.buffer.partition(b'\r\n\r\n')
        size = int(re.search(rb'(?i)content-length: *(\d+)', head).group(1))
        while len(self.buffer) < size:
            self._more(deadline)
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        kind = re.search(rb'(?i)content-type: *([^\r\n]*)', head).group(1).decode()
        return int(head[9:12]), kind, json.loads(body)

    def _more(self, deadline):
        self.socket.settimeout(deadline.left())
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError('the server closed a REST connection')
        self.buffer += piece


def rush_of_rest(checks, server, rest, project):
    callers = [RawRest(server, rest, project) for _ in range(REST_CONNECTIONS)]
    for caller in callers:
        caller.send(REST_EACH)
    answers = [caller.answer() for caller in callers for _ in range(REST_EACH)]
    for caller in callers:
        caller.socket.close()
    good = [body for status, _, body in answers if status == 200]
    bad = [(status, kind.split(';')[0], body.get('name'), body.get('code')) for status, kind, body in answers if status != 200]
    checks.equal('of 1,000 REST publishes at once were admitted', len(good), LEFT)
    checks.equal('were refused with 402', len([1 for each in bad if each[0] == 402]), len(answers) - LEFT)
    checks.equal('all as', sorted(set(bad)), [(402, 'application/problem+json', 'quota_messages', -17002)])
    facts = {(body['limit'], body['used'], body['needed']) for status, _, body in answers if status == 402}
    checks.equal('limit, used, needed of them', sorted(facts), [('3000000', '3000000', '1')])
    checks.equal('units used after the rush', account_used(rest, project), QUOTA)


def letters(checks, rest, sink, account):
    """Each threshold of the messages quota is told once."""
    want = sorted(['the messages quota is used up'] + [f'{percent} % of the messages quota is used' for percent in (50, 80, 95)])

    def mails():
        subjects = [subject for to, subject in sink.subjects() if to == f'{account}@end.example']
        return sorted(subject.partition(': ')[2] for subject in subjects if 'messages' in subject.lower())

    deadline = Deadline()
    while len(mails()) < len(want) and deadline.left():
        rest.settle()
    rest.settle()
    checks.equal(f'e-mails to {account} about messages', mails(), want)


def next_month(checks, server, rest, projects):
    """The last instant's running bill is the invoice; then everything works again."""
    account = projects[0]['account']
    end = parse_time(rest.get(f'/accounts/{account}/usage/current')['end'])
    rest.move_clock(end - datetime.timedelta(seconds=30))
    last = {project['account']: rest.get(f"/accounts/{project['account']}/bill") for project in projects}
    rest.move_clock(end + datetime.timedelta(seconds=60))
    for project in projects:
        name, account = project['name'], project['account']
        items = rest.get(f'/accounts/{account}/invoices')['items']
        checks.equal(f'{name}: invoices after the month', len(items), 1)
        invoice, bill = items[0], last[account]
        for part in ('month', 'total', 'currency', 'plan', 'lines', 'usage', 'terms'):
            same = invoice.get(part) == bill[part]
            checks.that(f'{name}: {part} of the invoice is the running bill of the last instant', same,
                        f'{str(bill[part])[:100]}' if same else f'{invoice.get(part)} != {bill[part]}')
        checks.equal(f'{name}: units on the invoice', bill['usage']['messages'], str(QUOTA))
        checks.equal(f'{name}: units used in the new month', account_used(rest, project), 0)
        client = Client(server.port)
        checks.that(f'{name}: a client logs in again', 'login' in client.log_in(project, 'again'))
        checks.that(f'{name}: and publishes', client.call('publish', {'channel': 'empty', 'payload': 'x'}).get('publish', {}).get('units') == 1)
        answer = rest.call('POST', f"/projects/{project['id']}/channels/empty/messages", {'payload': 'x'})
        checks.equal(f'{name}: and REST publishes', answer.status, 200)
        checks.equal(f'{name}: units used after these three', account_used(rest, project), 3)
        client.close()


def run(checks, folder):
    data = folder + '/data'
    more = ['--app-id-only', '--limit', 'rest_per_second_max', '100000']
    projects = furnish(data, [('client', 'free', more), ('rest', 'free', more)])
    with Sink(folder + '/mails') as sink, Postage(data, '--smtp-url', sink.url) as server:
        rest = Rest(server)
        by_client, by_rest = projects
        clients, counted = fill_connections(checks, server, by_client)
        consume(checks, server, rest, by_client, clients, counted)
        rush_of_clients(checks, server, rest, by_client, clients)
        for client in clients:
            client.drop()
        clients = []
        for i in range(LISTENERS + 1):
            clients.append(Client(server.port, PROTO))
            clients[-1].log_in(by_rest, f'user{i}')['login']
        consume(checks, server, rest, by_rest, clients, LISTENERS + 1)
        for client in clients:
            client.drop()
        rush_of_rest(checks, server, rest, by_rest)
        letters(checks, rest, sink, 'client')
        letters(checks, rest, sink, 'rest')
        next_month(checks, server, rest, projects)
        checks.equal('exit code after SIGTERM', server.stop(), 0)
        checks.that('the journal holds', server.verify()['valid'])
