"""The binary under test: servers as child processes, commands, and the REST API."""
import datetime
import http.client
import json
import os
import signal
import subprocess
import sys

from support.checks import DEADLINE, Deadline, environment, wait_readable

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BINARY = os.path.abspath(os.environ.get('POSTAGE_BINARY', f'{ROOT}/build/release/postage'))
PASSWORD = 'end-to-end-secret'
OPERATOR = 'operator@end.example'


def command(*arguments):
    """Runs `postage arguments`; (exit code, standard output, standard error)."""
    done = subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(), timeout=DEADLINE)
    return done.returncode, done.stdout, done.stderr


def command_json(*arguments):
    """The one JSON object a command prints."""
    code, out, err = command(*arguments)
    if code != 0:
        raise RuntimeError(f'postage {" ".join(arguments)}: exit {code}: {err.strip()} {out[:500]}')
    return json.loads(out)


class Child:
    """A process that prints one line when it is ready."""

    def __init__(self, arguments, errors_path, **more):
        self.errors_path = errors_path
        with open(errors_path, 'ab') as errors:
            self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, env=environment(), **more)
        self.pidfd = os.pidfd_open(self.process.pid)
        self.first_line = self._line()

    def _line(self):
        deadline, line = Deadline(), b''
        while not line.endswith(b'\n'):
            wait_readable(self.process.stdout, deadline)
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                code = self.wait()
                with open(self.errors_path, errors='replace') as errors:
                    raise RuntimeError(f'ended with {code} before it was ready: {errors.read()[-2000:]}')
            line += piece
        return line.decode()

    def wait(self, seconds=DEADLINE):
        """Blocks until the process ended; its exit code (negative: the signal)."""
        if self.process.returncode is None:
            wait_readable(self.pidfd, Deadline(seconds))
        return self.process.wait()

    def send(self, number):
        if self.process.returncode is None:
            os.kill(self.process.pid, number)

    def close(self):
        """Ends it by force if it still runs."""
        if self.process.returncode is None and self.process.poll() is None:
            self.send(signal.SIGKILL)
            self.wait()
        self.process.stdout.close()
        if self.process.stdin:
            self.process.stdin.close()
        os.close(self.pidfd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Postage(Child):
    """`postage serve` or `postage demo` on `folder`."""

    def __init__(self, folder, *more, demo=False):
        if demo:
            call = [BINARY, 'demo', '--json', '--port', '0', '--data-dir', folder, *more]
        else:
            call = [BINARY, 'serve', '--server-data-dir', folder, '--server-port', '0', '--log-level', 'warn',
                    '--clock-test', 'true', '--auth-app-id-only-allowed', 'true', *more]
        super().__init__(call, folder.rstrip('/') + '.log')
        self.folder = folder
        self.ready = json.loads(self.first_line)
        self.port = self.ready['port']

    def stop(self):
        """SIGTERM; the exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def kill(self):
        self.send(signal.SIGKILL)
        return self.wait()

    def verify(self):
        """The report of `postage verify --json`, also while the server runs."""
        code, out, err = command('verify', '--data-dir', self.folder, '--json')
        if not out:
            raise RuntimeError(f'postage verify: exit {code}: {err}')
        return json.loads(out)

    def bill(self, account):
        """The running bill of `postage bill --json`."""
        return command_json('bill', '--data-dir', self.folder, '--account', str(account), '--json')


class Sink(Child):
    """A real SMTP server that keeps each mail as a file of its folder."""

    def __init__(self, folder):
        os.makedirs(folder)
        super().__init__([sys.executable, f'{ROOT}/tests/support/smtp_sink.py', folder], folder + '.log', stdin=subprocess.PIPE)
        self.folder = folder
        self.url = f'smtp://127.0.0.1:{int(self.first_line)}'

    def subjects(self):
        """(receiver, subject) of every mail so far."""
        mails = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith('.json'):
                with open(f'{self.folder}/{name}', encoding='utf-8') as file:
                    mail = json.load(file)
                mails.append((mail['rcpt_tos'][0], dict(mail['headers'])['Subject']))
        return mails


def furnish(folder, accounts):
    """Makes the operator and one account with one project for each (name, plan, more project arguments); the projects."""
    password = folder.rstrip('/') + '.password'
    with open(password, 'w') as file:
        file.write(PASSWORD + '\n')
    code, _, err = command('account', 'person', '--email', OPERATOR, '--data-dir', folder, '--password-file', password)
    if code != 0:
        raise RuntimeError(err)
    made = []
    for name, plan, more in accounts:
        account = command_json('account', 'create', '--name', name, '--email', f'{name}@end.example', '--plan', plan,
                               '--data-dir', folder, '--json')
        made.append(command_json('project', 'create', '--account', account['id'], '--name', name, '--data-dir', folder, '--json',
                                 '--limit', 'publish_per_second_max', '100000', '--limit', 'calls_per_second_max', '10000', *more))
    return made


def token(project, user):
    """A 007 token as `postage token` makes it."""
    code, out, err = command('token', '--app-id', project['app_id'], '--certificate', project['certificate'], '--user', user)
    if code != 0:
        raise RuntimeError(err)
    return out.strip()


class Answer:
    """Status, headers and JSON body of one REST call."""

    def __init__(self, response):
        self.status = response.status
        self.type = response.headers.get('Content-Type', '')
        self.bytes = response.read()
        self.json = json.loads(self.bytes) if 'json' in self.type else None


class Rest:
    """One keep-alive connection to the API of `server`, logged in."""

    def __init__(self, server, email=OPERATOR, password=PASSWORD):
        self.server, self.email, self.password = server, email, password
        self.connection = http.client.HTTPConnection('127.0.0.1', server.port, timeout=DEADLINE)
        self.bearer = None
        self.log_in()

    def log_in(self):
        self.bearer = None
        answer = self.call('POST', '/session', {'email': self.email, 'password': self.password})
        if not answer.json or 'token' not in answer.json:
            raise RuntimeError(f'log-in: {answer.status} {answer.bytes[:300]}')
        self.bearer = answer.json['token']

    def headers(self):
        return {'Content-Type': 'application/json', **({'Authorization': f'Bearer {self.bearer}'} if self.bearer else {})}

    def call(self, method, path, body=None):
        """`body`: an object, or bytes as they are."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.connection.request(method, '/v1' + path, data, self.headers())
            return Answer(self.connection.getresponse())
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # An idle connection may be closed by the server at any time (and is when its clock jumps): once more, anew.
            self.connection.close()
            self.connection.request(method, '/v1' + path, data, self.headers())
            return Answer(self.connection.getresponse())

    def get(self, path):
        answer = self.call('GET', path)
        if answer.status != 200:
            raise RuntimeError(f'GET {path}: {answer.status} {answer.bytes[:300]}')
        return answer.json

    def now(self):
        return parse_time(self.get('/test-clock')['now'])

    def move_clock(self, to):
        """Puts the test clock forward to `to` and lets every duty of the server run once."""
        answer = self.call('PUT', '/test-clock', {'now': to.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ')[:-4] + 'Z'})
        # A jump also ends what the server waits for: a long one may take this very call's answer with it, and the log-in.
        if answer.status not in (200, 503):
            raise RuntimeError(f'test clock: {answer.status} {answer.bytes}')
        self.log_in()
        if self.now() < to:
            raise RuntimeError(f'the test clock did not move to {to}')
        if answer.status == 503:
            self.settle()

    def settle(self):
        """Lets every duty of the server run once, a second later on its clock."""
        self.move_clock(self.now() + datetime.timedelta(seconds=1))


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
