"""What people and machines send by mistake: a clear error each, and a server that goes on."""
import socket

from support.postage_process import Postage, Rest, furnish, token
from support.websocket_client import JSON, PROTO, Client, Closed, websocket_frame


def error_of(frame):
    error = frame.get('error', {})
    return error.get('number'), error.get('name')


def logged_in(server, project, user='bad', codec=JSON):
    client = Client(server.port, codec)
    client.log_in(project, user, token(project, user))['login']
    return client


def logins(checks, server, project, other):
    client = Client(server.port)
    good = token(project, 'peter')
    wrong = {'a damaged token': ('peter', good[:-8] + 'AAAAAAAA'), "another user's token": ('maria', good),
             'a token of another project': ('peter', token(other, 'peter')), 'text that is no token': ('peter', 'let me in')}
    for name, (user, text) in wrong.items():
        checks.equal(f'login with {name}', error_of(client.log_in(project, user, text)), (-10005, 'invalid_token'))
    frames, code = [client.log_in(project, 'peter', '')], None
    more, code = client.until_closed()
    frames += more
    checks.equal('the fifth wrong login says why, then bye', [next(iter(set(f) - {'request_id'})) for f in frames], ['error', 'bye'])
    checks.equal('and the close code says it too', code, 4105)
    client = Client(server.port)
    checks.equal('login with an unknown App ID', error_of(client.log_in({'app_id': 'f' * 32}, 'peter', good)), (-10003, 'invalid_app_id'))
    checks.equal('login with a bad user ID', error_of(client.log_in(project, 'p' * 65, good)), (-10006, 'invalid_user_id'))
    checks.equal('publish before login', error_of(client.call('publish', {'channel': 'a', 'payload': 'x'})), (-10002, 'not_login'))
    checks.that('the right token still works on that connection', 'login' in client.log_in(project, 'peter', good))
    client.drop()


def broken_frames(checks, server, project):
    broken = {'no JSON': b'{"request_id":', 'not an object': b'[1,2]', 'two requests in one': b'{"request_id":9,"ping":{},"logout":{}}',
              'a fraction': b'{"request_id":1.5,"ping":{}}', 'no UTF-8': b'{"request_id":9,"ping":\xff}',
              'nested 100,000 deep': b'[' * 100_000}
    for name, payload in broken.items():
        client = logged_in(server, project)
        client.socket.sendall(websocket_frame(payload, 1))
        frames, code = client.until_closed()
        numbers = [error_of(frame)[0] for frame in frames if 'error' in frame]
        said = [frame['bye']['name'] for frame in frames if 'bye' in frame]
        clear = (numbers, said, code) == ([-16001], ['protocol_error'], 4001)
        if name == 'no UTF-8':
            clear = code in (1007, 4001)
        checks.that(f'a JSON frame: {name}', clear, f'errors {numbers}, bye {said}, close {code}')
        client.drop()
    client = logged_in(server, project, codec=PROTO)
    client.socket.sendall(websocket_frame(b'\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', 2))
    frames, code = client.until_closed()
    checks.equal('a Protobuf frame that is none', code, 4001)
    client = logged_in(server, project)
    client.socket.sendall(b'\x81\x05hello')  # unmasked: RFC 6455 forbids it
    checks.equal('an unmasked WebSocket frame', client.until_closed()[1], 1002)
    client = Client(server.port)
    client.socket.sendall(websocket_frame(b' ' * 17_000, 1))
    frames, code = client.until_closed()
    checks.that('a frame over 16 KiB before login', code in (1009, 4009), f'close {code}')


def bad_calls(checks, server, project):
    client = logged_in(server, project)
    checks.equal('publish of 32 KiB and one byte', error_of(client.call('publish', {'channel': 'a', 'payload': 'x' * 32_769})),
                 (-11010, 'channel_message_length_exceed_limitation'))
    checks.that('publish of exactly 32 KiB', client.call('publish', {'channel': 'a', 'payload': 'x' * 32_768}).get('publish', {}).get('units') == 32)
    checks.equal('publish without payload', error_of(client.call('publish', {'channel': 'a'})), (-11009, 'channel_invalid_message'))
    checks.equal('publish of base64 that is none', error_of(client.call('publish', {'channel': 'a', 'payload_base64': '!!'})), (-11009, 'channel_invalid_message'))
    checks.equal('custom type of 33 characters', error_of(client.call('publish', {'channel': 'a', 'payload': 'x', 'custom_type': 'c' * 33})),
                 (-11029, 'channel_custom_type_length_overflow'))
    for name, channel in {'empty': '', 'of 65 characters': 'c' * 65, 'with a line feed': 'a\nb', 'not ASCII': 'caf\u00e9'}.items():
        checks.equal(f'a channel name {name}', error_of(client.call('subscribe', {'channel': channel})), (-10008, 'invalid_channel_name'))
    checks.equal('a request nobody knows', error_of(client.call('teleport', {})), (-10022, 'service_not_supported'))
    client.socket.sendall(websocket_frame(b'{"request_id":900}', 1))
    checks.equal('a frame without a request', error_of(client.reply(900)), (-10022, 'service_not_supported'))
    checks.that('the connection lives on', 'pong' in client.call('ping', {}))
    client.close()
    huge = logged_in(server, project)
    try:
        huge.socket.sendall(websocket_frame(b'{"request_id":3,"publish":{"channel":"a","payload":"' + b'x' * 3_000_000 + b'"}}', 1))
        frames, code = huge.until_closed()
    except (ConnectionResetError, BrokenPipeError):
        code = -1  # Closed while we were still sending.
    checks.that('a frame of 3 MB is not even read', code in (1009, 4009, -1), f'close {code}')
    huge.drop()


def rest_calls(checks, server, project):
    rest = Rest(server)
    messages = f"/projects/{project['id']}/channels/lobby/messages"

    def expect(name, answer, status, text=''):
        problem = answer.json or {}
        clear = answer.status == status and answer.type.startswith('application/problem+json') and text in answer.bytes.decode()
        checks.that(name, clear, f"{answer.status} {problem.get('name')}: {problem.get('detail', problem.get('title'))} {problem.get('pointer', '')}")

    stranger = Rest(server)
    stranger.bearer = None
    expect('log-in with a wrong password', stranger.call('POST', '/session', {'email': rest.email, 'password': 'wrong'}), 401)
    expect('a call without log-in', stranger.call('GET', '/accounts'), 401)
    stranger.bearer = 'ps_' + 'a' * 40
    expect('a call with a forged session', stranger.call('GET', '/accounts'), 401)
    expect('a body that is no JSON', rest.call('POST', messages, b'{"payload":'), 400)
    expect('an unknown member', rest.call('POST', messages, {'payload': 'x', 'colour': 'red'}), 400, '/colour')
    expect('a member twice', rest.call('POST', messages, b'{"payload":"a","payload":"b"}'), 400)
    expect('an unknown query parameter', rest.call('GET', '/accounts?colour=red'), 400, 'colour')
    expect('both kinds of payload', rest.call('POST', messages, {'payload': 'x', 'payload_base64': 'eA=='}), 400, '/payload')
    expect('a payload of 32 KiB and one byte', rest.call('POST', messages, {'payload': 'x' * 32_769}), 413)
    expect('a body over 2 MiB', rest.call('POST', messages, {'payload': 'x' * 2_200_000}), 413)
    expect('a channel name of 65 characters', rest.call('POST', messages.replace('lobby', 'c' * 65), {'payload': 'x'}), 400)
    expect('a publisher that is no user ID', rest.call('POST', messages, {'payload': 'x', 'publisher': 'a/b'}), 400)
    expect('a project that is not there', rest.call('GET', '/projects/999'), 404)
    expect('a path that is not there', rest.call('GET', '/nowhere'), 404)
    expect('a method that is not there', rest.call('DELETE', '/accounts'), 405)
    expect('a plan that is not there', rest.call('PUT', f"/accounts/{project['account']}/plan", {'plan': 'gold'}), 400, '/plan')
    expect('an amount with a wrong sign', rest.call('PUT', f"/accounts/{project['account']}/budget", {'amount': '-5'}), 400, '/amount')


def raw_bytes(checks, server):
    for name, sent in {'no HTTP at all': b'\x00\x01\x02\x03\r\n\r\n', 'a head of 20 KB': b'GET / HTTP/1.1\r\nHost: a\r\nX: ' + b'x' * 20_000 + b'\r\n\r\n',
                       'two lengths': b'POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'}.items():
        with socket.create_connection(('127.0.0.1', server.port), timeout=60) as plain:
            plain.sendall(sent)
            plain.shutdown(socket.SHUT_WR)
            answer = b''
            try:
                while piece := plain.recv(65536):
                    answer += piece
            except ConnectionResetError:
                answer = answer or b'reset'
        status = answer.split(b'\r\n')[0].decode(errors='replace')
        checks.that(f'a connection that sends {name}', status.startswith(('HTTP/1.1 4', 'reset')), status)


def run(checks, folder):
    data = folder + '/data'
    project, other = furnish(data, [('bad', 'basic', []), ('other', 'basic', [])])
    with Postage(data) as server:
        logins(checks, server, project, other)
        broken_frames(checks, server, project)
        bad_calls(checks, server, project)
        rest_calls(checks, server, project)
        raw_bytes(checks, server)
        rest = Rest(server)
        answer = rest.call('POST', f"/projects/{project['id']}/channels/lobby/messages", {'payload': 'still here'})
        checks.equal('after all that the server works', (answer.status, answer.json['units']), (200, '1'))
        checks.equal('exit code after SIGTERM', server.stop(), 0)
