"""A graceful stop with idle connections and one that does not read; then a start, and what resumes are told."""
import time

from support.postage_process import Postage, Rest, furnish
from support.websocket_client import JSON, PROTO, Client

IDLE, DRAIN_SECONDS = 50, 3
SLOW_MESSAGES, SLOW_BYTES = 200, 30_000  # 6 MB: more than sockets take, less than makes a slow consumer


def hello_again(port, session, positions):
    """A connection that asks to go on with `session`; (client, hello's reply, first event or None)."""
    client = Client(port, JSON, greet=False)
    channels = [{'channel': channel, 'epoch': at['epoch'], 'offset': at['offset']} for channel, at in positions.items()]
    hello = client.call('hello', {'protocol_version': 1, 'client_name': 'back', 'resume': {'session': session, 'channels': channels}})['hello']
    return client, hello, client.receive() if hello['resumed'] else None


def live_resume(checks, server, project):
    """Before the stop: the same server replays what a lost connection missed."""
    lost = Client(server.port, JSON)
    session = lost.log_in(project, 'lost')['login']['session']
    seen = lost.call('subscribe', {'channel': 'live'})['subscribe']
    lost.drop()
    rest = Rest(server)
    for text in ('one', 'two', 'three'):
        rest.call('POST', f"/projects/{project['id']}/channels/live/messages", {'payload': text})
    client, hello, event = hello_again(server.port, session, {'live': seen})
    checks.equal('a lost connection resumes on the same server', hello['resumed'], True)
    checks.equal('its missed messages are announced', [c['replayed'] for c in event['resumed']['channels']], [3])
    checks.equal('and come in order', [client.receive()['message']['payload'] for _ in range(3)], ['one', 'two', 'three'])
    client.close()


def run(checks, folder):
    data = folder + '/data'
    project, = furnish(data, [('stop', 'basic', ['--app-id-only'])])
    with Postage(data, '--server-drain-seconds', str(DRAIN_SECONDS)) as server:
        live_resume(checks, server, project)
        idle, sessions = [], []
        for i in range(IDLE):
            client = Client(server.port, JSON)
            sessions.append(client.log_in(project, f'idle{i}')['login']['session'])
            position = client.call('subscribe', {'channel': 'quiet'})['subscribe']
            idle.append(client)
        slow = Client(server.port, JSON, receive_buffer=8192)
        slow.log_in(project, 'slow')['login']
        slow.call('subscribe', {'channel': 'flood'})['subscribe']
        loud = Client(server.port, PROTO)
        loud.log_in(project, 'loud')['login']
        for _ in range(SLOW_MESSAGES):
            loud.call('publish', {'channel': 'flood', 'payload': 'x' * SLOW_BYTES})['publish']
        loud.close()

        before = time.monotonic()
        code = server.stop()
        took = time.monotonic() - before
        checks.equal('exit code after SIGTERM with 50 idle clients and a slow reader', code, 0)
        checks.that(f'stopped within the drain time of {DRAIN_SECONDS} s', took < DRAIN_SECONDS + 2, f'{took:.2f} s')
        ends = [client.until_closed() for client in idle]
        byes = [frames[-1].get('bye', {}) if frames else {} for frames, _ in ends]
        checks.equal('each idle client got a bye that may resume',
                     sum(bye.get('number') == -16007 and bye.get('may_resume') is True for bye in byes), IDLE)
        checks.equal('and the close code of it', sorted({end[1] for end in ends}), [4007])
        slow.drop()
        report = server.verify()
        checks.that('the journal holds after the stop', report['valid'] and not report['cut'], f"{report['records']} records")
        units = report['projects'][project['id']]['units']

    with Postage(data, '--server-drain-seconds', str(DRAIN_SECONDS)) as server:
        rest = Rest(server)
        checks.equal('units after the restart', int(rest.get(f"/accounts/{project['account']}/usage/current")['meters']['messages']['used']), units)
        client, hello, event = hello_again(server.port, sessions[0], {'quiet': position})
        if hello['resumed']:
            told = [c.get('gap', {}).get('epoch_changed') for c in event['resumed']['channels']]
            checks.equal('a resume after the restart announces the gap', told, [True])
        else:
            checks.equal('a resume after the restart is refused, which announces the loss', hello['resumed'], False)
            checks.that('the client logs in anew on that connection', 'login' in client.log_in(project, 'idle0'))
            again = client.call('subscribe', {'channel': 'quiet'})['subscribe']
            checks.that('and sees by the epoch that the numbering is another', again['epoch'] != position['epoch'],
                        f"{position['epoch']} -> {again['epoch']}")
        client.close()
        checks.equal('exit code of the second stop', server.stop(), 0)
