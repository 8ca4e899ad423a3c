"""kill -9 in the middle of traffic, then a start on the same folder: nothing that was counted is lost."""
from support.postage_process import Postage, Rest, furnish
from support.websocket_client import JSON, PROTO, Client

ACKNOWLEDGED = 2_000


def exact(checks, folder):
    """What was acknowledged before the kill is there after it, to the unit."""
    data = folder + '/exact'
    project, = furnish(data, [('exact', 'basic', ['--app-id-only'])])
    with Postage(data) as server:
        listener = Client(server.port, JSON)
        listener.log_in(project, 'listener')['login']
        listener.call('subscribe', {'channel': 'a'})['subscribe']
        writer = Client(server.port, PROTO)
        writer.log_in(project, 'writer')['login']
        for i in range(1, ACKNOWLEDGED + 1):
            writer.socket.sendall(writer.encode('publish', {'channel': 'a', 'payload': 'x'}, writer.last_id + i))
        units = sum(writer.reply(writer.last_id + i)['publish']['units'] for i in range(1, ACKNOWLEDGED + 1))
        code = server.kill()
        checks.equal('killed right after the last acknowledgement', code, -9)
        listener.drop()
        writer.drop()
        want = units + 3  # two logins and a subscribe
        checks.equal('`postage verify` before the restart', server.verify()['valid'], True)
        checks.equal('units in `postage bill` on the killed folder', int(server.bill(project['account'])['usage']['messages']), want)
    with Postage(data) as server:
        bill = Rest(server).get(f"/accounts/{project['account']}/bill")
        checks.equal('units after the restart, to the unit', int(bill['usage']['messages']), want)
        checks.equal('peak after the restart', bill['usage']['sum_of_peaks'], '2')
        server.stop()
        report = server.verify()
        checks.equal('units in the journal', (report['valid'], report['projects'][project['id']]['units']), (True, want))
        checks.equal('the journal names the two connections that were cut', len(report['cut']), 2)


def used(rest, accounts):
    return [int(rest.get(f'/accounts/{account}/usage/current')['meters']['messages']['used']) for account in accounts]


def demo(checks, folder):
    data = folder + '/demo'
    before = None
    accounts = []
    for turn in ('first', 'second', 'third'):
        with Postage(data, demo=True) as server:
            projects = server.ready['projects']
            accounts = [project['account'] for project in projects]
            operator = next(each for each in server.ready['logins'] if each['realm'] == 'operator')
            rest = Rest(server, operator['email'], operator['password'])
            if before is not None:
                now = used(rest, accounts)
                checks.that(f'{turn} start: no units were lost', all(a >= b for a, b in zip(now, before)), f'{before} -> {now}')
                bills = [rest.call('GET', f'/accounts/{account}/bill') for account in accounts]
                checks.equal(f'{turn} start: the bills are served', [bill.status for bill in bills], [200, 200])
            watcher = Client(server.port, JSON)
            watcher.log_in(projects[0], 'you', projects[0]['token'])['login']
            watcher.call('subscribe', {'channel': projects[0]['channel']})['subscribe']
            seen = sum('message' in frame for frame in watcher.events)
            while seen < 5:
                seen += 'message' in watcher.receive()
            before = used(rest, accounts)
            server.kill()
            watcher.drop()
            checks.that(f'{turn} kill in the middle of the traffic: the journal holds', server.verify()['valid'], f'{before} units so far')
    with Postage(data, '--no-traffic', demo=True) as server:
        server.stop()
        report = server.verify()
        journal = [report['projects'][project['id']]['units'] for project in server.ready['projects']]
        checks.that('the journal after three kills has it all', report['valid'] and all(a >= b for a, b in zip(journal, before)),
                    f"{before} -> {journal}, {len(report['cut'])} connections cut")
        totals = [int(server.bill(account)['usage']['messages']) for account in accounts]
        checks.equal('and the bills are its sums', totals, journal)


def run(checks, folder):
    exact(checks, folder)
    demo(checks, folder)
