"""One publisher, a hundred subscribers, ten thousand messages: every copy is received, and billed to the unit everywhere."""
import time

from support.bulk import BulkReader, publish_in_bulk
from support.postage_process import Postage, Rest, furnish, token
from support.websocket_client import JSON, PROTO, Client

SUBSCRIBERS, MESSAGES, BYTES, WINDOW = 100, 10_000, 2_500, 64
UNITS_EACH = 3 * (1 + SUBSCRIBERS)  # 2,500 bytes are three units; the publish and each copy count


def units_of(bill):
    """What one bill says was used: (usage block, quantity of its line)."""
    line = next(line for line in bill['lines'] if line['kind'] == 'messages')
    return int(bill['usage']['messages']), int(line['quantity'])


def run(checks, folder):
    data = folder + '/data'
    project, = furnish(data, [('fanout', 'basic', [])])
    with Postage(data) as server:
        rest = Rest(server)
        operations = 0
        readers = []
        for i in range(SUBSCRIBERS):
            client = Client(server.port, JSON if i % 2 else PROTO)
            client.log_in(project, f'sub{i}', token(project, f'sub{i}'))['login']
            at = client.call('subscribe', {'channel': 'news', 'with_presence': False})['subscribe']
            operations += 2
            readers.append(BulkReader(client, at.get('offset', 0)))
        publisher = Client(server.port, PROTO)
        publisher.log_in(project, 'anna', token(project, 'anna'))['login']
        operations += 1

        before = time.monotonic()
        replies = publish_in_bulk(publisher, readers, 'news', 'x' * BYTES, MESSAGES, WINDOW)
        took = time.monotonic() - before
        good = [reply for reply in replies if reply.get('publish', {}).get('units') == UNITS_EACH]
        checks.equal(f'every publish was accepted and answered {UNITS_EACH} units', len(good), MESSAGES)
        checks.equal('each of 100 subscribers got 10,000 frames in order', sorted({r.count for r in readers}), [MESSAGES])
        checks.equal('copies received in all', sum(r.count for r in readers), MESSAGES * SUBSCRIBERS)
        print(f'        {MESSAGES * SUBSCRIBERS / took:,.0f} copies a second, '
              f'{sum(r.bytes for r in readers) / took / 1e6:,.0f} MB/s, {took:.1f} s')

        publisher.call('ping', {})
        publisher.call('unsubscribe', {'channel': 'news'})['unsubscribe']
        publisher.call('logout', {})['logout']
        operations += 2
        want = MESSAGES * UNITS_EACH + operations
        print(f'        {MESSAGES} x {UNITS_EACH} + {operations} operations = {want}')

        account = project['account']
        usage = rest.get(f'/accounts/{account}/usage/current')
        checks.equal('units in GET usage/current', int(usage['meters']['messages']['used']), want)
        checks.equal('units of the project in GET usage/current', int(usage['projects']['fanout']['messages']), want)
        checks.equal('peak connections in GET usage/current', int(usage['meters']['pcu']['used']), SUBSCRIBERS + 1)
        checks.equal('open connections after the logout', int(usage['meters']['pcu']['open']), SUBSCRIBERS)
        checks.equal('units in GET bill', units_of(rest.get(f'/accounts/{account}/bill')), (want, want))
        checks.equal('units in `postage bill --json`, server running', units_of(server.bill(account)), (want, want))
        live = server.verify()
        checks.that('`postage verify` holds while the server runs', live['valid'], f"{live['records']} records")

        checks.equal('exit code after SIGTERM', server.stop(), 0)
        sealed = server.verify()
        checks.that('`postage verify` holds after the stop', sealed['valid'], f"{sealed['records']} records, {sealed['unsigned_records']} unsigned")
        checks.equal('units in `postage verify --json`', sealed['projects'][project['id']]['units'], want)
        checks.equal('peak in `postage verify --json`', sealed['projects'][project['id']]['peak'], SUBSCRIBERS + 1)
        checks.equal('units in `postage bill --json`, server stopped', units_of(server.bill(account)), (want, want))
        for reader in readers:
            reader.client.drop()
        publisher.drop()
