"""An unpaid bill from the first of the month to the suspension and back, and a prepaid balance down to its last unit."""
import datetime

from support.postage_process import Postage, Rest, Sink, command, furnish, parse_time
from support.websocket_client import Client

UNITS = 500  # what 0.01 of prepaid balance buys at 0.00002 a unit


def subjects_of(sink, name):
    return [subject for to, subject in sink.subjects() if to == f'{name}@end.example' and 'Invoice' not in subject]


def letters(checks, rest, sink, name, want):
    for _ in range(60):
        if len(subjects_of(sink, name)) >= len(want):
            break
        rest.settle()
    checks.equal(f'letters to {name} about money', subjects_of(sink, name), want)


def arrears(checks, server, rest, sink, folder, project):
    account, path = project['account'], f"/projects/{project['id']}/channels/news/messages"
    end = parse_time(rest.get(f'/accounts/{account}/usage/current')['end'])
    client = Client(server.port)
    client.log_in(project, 'live')['login']
    rest.move_clock(end + datetime.timedelta(seconds=60))
    checks.equal('the bill on the 1st: balance', rest.get(f'/accounts/{account}/statement')['balance'], '-399.00')
    rest.move_clock(end + datetime.timedelta(days=5))
    checks.equal('on the 6th', rest.get(f'/accounts/{account}/arrears')['state'], 'reminded')
    rest.move_clock(end + datetime.timedelta(days=10) - datetime.timedelta(seconds=30))
    checks.equal('the last half minute of the 10th', rest.get(f'/accounts/{account}/arrears')['state'], 'grace')
    checks.equal('and publishing works', rest.call('POST', path, {'payload': 'x'}).status, 200)
    rest.move_clock(end + datetime.timedelta(days=10))
    checks.equal('on the 11th', rest.get(f'/accounts/{account}/arrears')['state'], 'suspended')
    frames, _ = client.until_closed()
    bye = [frame['bye'] for frame in frames if 'bye' in frame]
    checks.equal('the live session ends with', [(each['number'], each['name']) for each in bye], [(-17008, 'account_suspended')])
    late = Client(server.port)
    error = late.log_in(project, 'late')['error']
    checks.equal('a log-in is refused with', (error['number'], error['detail']),
                 (-10015, 'the account is suspended: a bill is unpaid'))
    refused = rest.call('POST', path, {'payload': 'x'})
    checks.equal('a REST publish is refused with', (refused.status, refused.json['code']), (403, -17008))
    checks.equal('the account says why', rest.get(f'/accounts/{account}')['suspended_for'], 'arrears')
    checks.equal('the bill can be read', rest.get(f'/accounts/{account}/bill')['state'], 'running')
    number = rest.get(f'/accounts/{account}/invoices')['items'][0]['number']
    with open(folder + '/bank.csv', 'w') as file:
        file.write(f'id,date,amount,currency,reference\nT1,2026-02-11,398.99,CNY,{number}\nT2,2026-02-11,1.00,CNY,who?\n')
    for results in (['booked', 'suspense'], ['repeated', 'repeated']):
        code, out, _ = command('payment', 'import', folder + '/bank.csv', '--data-dir', server.folder)
        checks.equal('postage payment import', (code, [line.split()[2] for line in out.splitlines()]), (0, results))
    checks.equal('0.01 short', rest.get(f'/accounts/{account}')['suspended'], True)
    code, _, _ = command('payment', 'record', '--account', account, '--id', 'T3', '--date', '2026-02-11', '--amount', '0.01',
                         '--data-dir', server.folder)
    checks.equal('postage payment record', code, 0)
    checks.equal('the very call lifts it', rest.get(f'/accounts/{account}')['suspended'], False)
    checks.that('and a log-in works', 'login' in late.log_in(project, 'late'))
    letters(checks, rest, sink, project['name'], [f"{project['name']}: payment of CNY 399.00 is due",
                                                  f"{project['name']} is suspended: CNY 399.00 is unpaid",
                                                  'Payment of CNY 398.99 received', 'Payment of CNY 0.01 received',
                                                  f"{project['name']} is in service again"])
    paid = rest.get(f'/accounts/{account}/invoices/{number}/payments')
    checks.equal('paid and open of the invoice', (paid['paid'], paid['open']), ('399.00', '0.00'))
    late.close()


def prepaid(checks, rest, project):
    account, path = project['account'], f"/projects/{project['id']}/channels/news/messages"
    grant = {'kind': 'paid', 'amount': '0.01', 'reason': 'top-up'}
    rest.call('PUT', f'/accounts/{account}/prepaid', {'prepaid': True, 'reason': 'agreed'})
    checks.equal('nothing prepaid, nothing admitted', rest.call('POST', path, {'payload': 'x'}).json['name'], 'budget')
    for reference in ('first', 'second'):
        made = rest.call('POST', f'/accounts/{account}/prepaid/grants', {**grant, 'reference': reference})
        checks.equal(f'{reference} grant', made.status, 201)
        answers = [rest.call('POST', path, {'payload': 'x'}) for _ in range(UNITS + 3)]
        checks.equal('of the publishes were admitted', [answer.status for answer in answers], [200] * UNITS + [402] * 3)
        checks.equal('the others are refused with', (answers[-1].json['name'], answers[-1].json['code']), ('budget', -17004))
    shown = rest.get(f'/accounts/{account}/prepaid')
    checks.equal('prepaid: available, used, left', (shown['available'], shown['used'], shown['left']), ('0.02', '0.02', '0.00'))


def run(checks, folder):
    data = folder + '/data'
    more = ['--app-id-only', '--limit', 'rest_per_second_max', '100000']
    late, ahead = furnish(data, [('late', 'basic', more), ('ahead', 'flagship', more)])
    with Sink(folder + '/mails') as sink, Postage(data, '--smtp-url', sink.url, '--billing-arrears', 'classic') as server:
        rest = Rest(server)
        prepaid(checks, rest, ahead)
        arrears(checks, server, rest, sink, folder, late)
        after = rest.get(f"/accounts/{ahead['account']}/statement?from=2026-01&to=2026-01")
        checks.equal('the prepaid invoice is paid by the grants: owed', after['owed'], '0.00')
        checks.equal('exit code after SIGTERM', server.stop(), 0)
