"""A server that was dead for 45 minutes: the minutes show as down, with their cause, and the invoice credits them without a
claim. The server's own probes are in nobody's usage."""
import datetime
from fractions import Fraction

from support.checks import Deadline
from support.postage_process import Postage, Rest, furnish

CHINA = datetime.timezone(datetime.timedelta(hours=8))
DEAD_MINUTES = 45


def metric(rest, name):
    """One value of /metrics."""
    rest.connection.request('GET', '/metrics')
    for line in rest.connection.getresponse().read().decode().splitlines():
        if line.startswith(name + ' '):
            return int(line.split()[1])
    raise RuntimeError(f'/metrics has no {name}')


def month_after(day):
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def lines_of(bill):
    return {line['kind']: line for line in bill['lines']}


def run(checks, folder):
    data = folder + '/sla'
    project, = furnish(data, [('sla', 'basic', ['--app-id-only'])])
    account = project['account']
    with Postage(data) as server:
        rest = Rest(server)
        first = month_after(rest.now().astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0))
        rest.move_clock(first + datetime.timedelta(days=9, hours=12))
        sla = rest.get(f'/accounts/{account}/sla')
        checks.equal('a month the clock jumped over is up', (sla['down_minutes'], sla['uptime_percent']), ('0', '100'))
        checks.equal('the plan promises 99.95 %', (sla['promised'], sla['target_percent']), (True, '99.95'))
        deadline = Deadline()
        while metric(rest, 'postage_probes_total') < 1:
            deadline.left()
        checks.equal('every probe came through', (metric(rest, 'postage_probes_failed_total'), metric(rest, 'postage_path_up')), (0, 1))
        usage = rest.get(f'/accounts/{account}/usage/current')
        checks.equal('and none is in anybody\'s usage',
                     (usage['meters']['messages']['used'], usage['meters']['pcu']['used'], list(usage['projects'])), ('0', '0', ['sla']))
        dead_from = rest.now()
        server.kill()
    report = server.verify()
    checks.equal('nor in the journal', (report['valid'], [p for p in report['projects'] if int(p) > 1_000_000]), (True, []))
    with open(data + '/test_clock') as file:
        offset = int(file.read())
    with open(data + '/test_clock', 'w') as file:
        file.write(f'{offset + DEAD_MINUTES * 60_000}\n')
    with Postage(data) as server:
        rest = Rest(server)
        checks.that('the moved clock goes on after the restart',
                    rest.now() >= dead_from + datetime.timedelta(minutes=DEAD_MINUTES), f'{rest.now()}')
        sla = rest.get(f'/accounts/{account}/sla')
        down = int(sla['down_minutes'])
        # The first and the last minute are down when less than half of their seconds were seen.
        checks.that('the dead time is down', DEAD_MINUTES - 1 <= down <= DEAD_MINUTES + 2, f'{down} minutes')
        checks.equal('in one range that says why', [each['cause'] for each in sla['down_ranges']], ['not_running'])
        minutes = int(sla['minutes'])
        lived = (month_after(first) - first) // datetime.timedelta(minutes=1) - (9 * 24 + 12) * 60
        checks.that('over the month without what the clock was set over', lived - 1 <= minutes <= lived, f'{minutes} minutes')
        uptime = Fraction(100 * (minutes - down), minutes)
        checks.that('uptime is exact', abs(Fraction(sla['uptime_percent']) - uptime) <= Fraction(1, 10 ** 6), sla['uptime_percent'])
        checks.equal('what the month may lose is used up', (sla['allowed_minutes_left'], sla['credit_percent']), ('0', '10'))
        checks.equal('gauge', metric(rest, 'postage_path_down_minutes_total'), down)
        rest.move_clock(month_after(first) - datetime.timedelta(minutes=1))
        running = rest.get(f'/accounts/{account}/bill')
        # Hardly more than the dead minutes was lived through: below 95 %.
        checks.equal('the running bill credits it', lines_of(running)['sla_credit']['amount'], '-199.50')
        rest.move_clock(month_after(first) + datetime.timedelta(seconds=11))
        invoice = rest.get(f'/accounts/{account}/invoices')['items'][0]
        checks.equal('and so does the invoice', (invoice['month'], invoice['lines'], invoice['total']),
                     (running['month'], running['lines'], running['total']))
        checks.equal('which says why', (invoice['sla']['down'], invoice['sla']['credit_percent'],
                                        [each['cause'] for each in invoice['sla']['down_ranges']]), (str(down), '50', ['not_running']))
        checks.equal('stopped in order', server.stop(), 0)
    checks.equal('the bundle of records holds', server.verify()['valid'], True)
