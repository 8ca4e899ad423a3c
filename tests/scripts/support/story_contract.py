"""A contract's limits and features begin and end in the running server: for who is connected, for REST, and after a restart."""
import datetime

from support.checks import Deadline
from support.postage_process import Postage, Rest, furnish, token
from support.websocket_client import Client

LARGE = 'x' * 40_000


def iso(instant):
    return instant.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def outcome(frame):
    """'publish', or the error's number and name."""
    return 'publish' if 'publish' in frame else (frame['error']['number'], frame['error']['name'])


def bounds(checks, rest, path):
    for limits, detail in (({'message_bytes_max': 0}, 'must be 1 to 1048576'), ({'message_bytes_max': 2_000_000}, 'must be 1 to 1048576'),
                           ({'token_bytes_max': 9}, 'there is no such limit')):
        answer = rest.call('PUT', path, {'reason': 'a slip', 'overrides': {'limits': limits}})
        checks.equal(f'a contract with {limits}', (answer.status, answer.json.get('pointer'), answer.json.get('detail')),
                     (400, '/overrides/limits/' + next(iter(limits)), detail))


def limits_come_and_go(checks, server, rest, project):
    path = f"/accounts/{project['account']}/contract"
    place = f"/projects/{project['id']}"
    bounds(checks, rest, path)
    begin = rest.now().replace(microsecond=0) + datetime.timedelta(seconds=30)
    end = begin + datetime.timedelta(seconds=30)
    answer = rest.call('PUT', path, {'reason': 'larger messages for a fair', 'from': iso(begin), 'until': iso(end),
                                     'overrides': {'limits': {'message_bytes_max': 65_536, 'channels_per_client_max': 60}}})
    checks.equal('a contract with limits', answer.status, 200)
    client = Client(server.port)
    login = client.log_in(project, 'fair')['login']
    checks.equal('the login says', login['limits']['message_bytes'], 32_768)
    refused = (-11010, 'channel_message_length_exceed_limitation')
    too_large = {'channel': 'a', 'payload': LARGE}

    def look(when, limit, message):
        shown = rest.get(place)
        checks.equal(f'{when}: limits and limits_in_force', (shown['limits']['message_bytes_max'], shown['limits_in_force']['message_bytes_max']),
                     (32_768, limit))
        # The connection's shard hears of it a turn or two later; asking in between takes its time by itself.
        soon, got = Deadline(10), outcome(client.call('publish', too_large))
        while got != message and soon.left() > 0:
            rest.get(place)
            got = outcome(client.call('publish', too_large))
        checks.equal(f'{when}: a message of 40,000 bytes on the same connection', got, message)
        by_rest = rest.call('POST', place + '/channels/a/messages', {'payload': LARGE})
        checks.equal(f'{when}: and by REST', by_rest.status, 200 if message == 'publish' else 413)

    look('before it begins', 32_768, refused)
    rest.move_clock(begin)
    look('while it is in force', 65_536, 'publish')
    yield  # The caller restarts the server.
    shown = rest.get(place)
    checks.equal('after a restart: limits_in_force', shown['limits_in_force']['message_bytes_max'], 65_536)
    late = Client(server.port)
    checks.equal('after a restart: the login says', late.log_in(project, 'late')['login']['limits'],
                 {**login['limits'], 'message_bytes': 65_536, 'channels': 60})
    client = late
    rest.move_clock(end)
    look('after its end', 32_768, refused)
    late.close()


def authentication(checks, server, rest, project):
    path = f"/accounts/{project['account']}/contract"
    place = f"/projects/{project['id']}"
    good = token(project, 'anna')
    client = Client(server.port)
    checks.that('a token logs in', 'login' in client.log_in(project, 'anna', good))
    answer = rest.call('PUT', path, {'reason': 'no tokens', 'overrides': {'features': {'authentication': False}}})
    checks.equal('a contract without authentication', answer.status, 200)
    error = client.log_in(project, 'anna', good)['error']
    checks.equal('a token is refused with', (error['number'], error['name'], error.get('detail')),
                 (-10015, 'login_not_authorized', "the account's plan does not include authentication: no log-in by token"))
    checks.that('the App ID alone logs in', 'login' in client.log_in(project, 'anna'))
    answer = rest.call('POST', place + '/tokens', {'user_id': 'anna', 'expire_seconds': 60})
    checks.equal('making a token by REST', (answer.status, answer.json.get('name')), (403, 'forbidden'))
    checks.equal('ending the contract', rest.call('DELETE', path, {'reason': 'tokens again'}).status, 200)
    checks.that('the token logs in again', 'login' in client.log_in(project, 'anna', good))
    client.close()


def run(checks, folder):
    data = folder + '/data'
    project = furnish(data, [('fair', 'basic', ['--app-id-only', '--limit', 'rest_per_second_max', '100000'])])[0]
    with Postage(data) as server:
        rest = Rest(server)
        steps = limits_come_and_go(checks, server, rest, project)
        next(steps)
        checks.equal('exit code after SIGKILL', server.kill(), -9)
    with Postage(data) as again:
        server.port, rest.server = again.port, again
        rest.connection.close()
        rest.connection.port = again.port
        rest.log_in()
        for _ in steps:
            pass
        authentication(checks, again, rest, project)
        checks.equal('exit code after SIGTERM', again.stop(), 0)
        checks.that('the journal and the audit log hold', again.verify()['valid'])
