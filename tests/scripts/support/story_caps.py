"""Customers' hard caps under kill -9: never more than the cap in all, and nothing that was admitted is forgotten."""
import random

from support.checks import Deadline
from support.postage_process import Postage, Rest, furnish
from support.websocket_client import Closed, JSON, PROTO, Client

CAP, KILLS, BATCH, TOO_MANY = 4000, 3, 1300, 20
CHANNELS = 100  # so that no channel's own rate refuses
SCOPES = {'account': {}, 'project': {}, 'channels': {'prefix': 'cap-'}}


class Writer:
    """Publishes single units to its project's capped channel, whatever happens to the server."""

    def __init__(self, project, codec):
        self.project, self.codec = project, codec
        self.admitted = self.refused = self.unanswered = 0
        self.limits = set()

    def connect(self, server):
        """False: the cap is used up, so that not even the log-in is admitted."""
        self.client = Client(server.port, self.codec)
        answer = self.client.log_in(self.project, 'writer')
        if 'error' in answer:
            self.client.drop()
            self.client = None
        self.waiting = set()
        return self.client is not None

    def encode(self, times):
        """Publishes of one unit each, as large as a unit may be, so that a kill finds some on their way."""
        client, frames = self.client, []
        for i in range(times):
            client.last_id += 1
            self.waiting.add(client.last_id)
            frames.append(client.encode('publish', {'channel': f'cap-{i % CHANNELS}', 'payload': 'x' * 1024}, client.last_id))
        return frames

    def read(self, answers):
        """The next so many answers: in any order, for channels live in different shards."""
        deadline = Deadline()
        for _ in range(answers):
            frame = self.client.receive(deadline)
            self.waiting.remove(frame['request_id'])
            if 'publish' in frame:
                self.admitted += frame['publish']['units']
            else:
                self.refused += 1
                self.limits.add(next(word for word in frame['error']['detail'].split() if word.startswith('cap=')))

    def read_to_the_end(self):
        """What still comes after the kill; the rest is unanswered."""
        try:
            self.read(len(self.waiting))
        except (Closed, ConnectionResetError):
            pass
        self.unanswered += len(self.waiting)
        self.client.drop()


def make_caps(rest, writers):
    for scope, writer in writers.items():
        body = {'scope': scope, 'units': str(CAP), **SCOPES[scope]}
        if scope != 'account':
            body['project'] = writer.project['id']
        made = rest.call('POST', f"/accounts/{writer.project['account']}/caps", body)
        if made.status != 201:
            raise RuntimeError(f'cap: {made.status} {made.bytes[:300]}')


def used(rest, writer):
    return int(rest.get(f"/accounts/{writer.project['account']}/caps")['items'][0]['used_units'])


def round_with_kill(checks, data, writers, dice, turn):
    with Postage(data) as server:
        rest = Rest(server)
        before = {scope: used(rest, writer) for scope, writer in writers.items()}
        checks.that(f'start {turn}: each cap knows at least what was acknowledged and no more than its units',
                    all(writer.admitted <= before[scope] <= CAP for scope, writer in writers.items()),
                    f"{before}, acknowledged {[writer.admitted for writer in writers.values()]}")
        live = [writer for writer in writers.values() if writer.connect(server)]
        batches = [writer.encode(BATCH) for writer in live]
        part = dice.randrange(BATCH)
        for writer, batch in zip(live, batches):
            writer.client.socket.sendall(b''.join(batch[:part]))
        for writer in live:
            writer.read(dice.randint(0, part))
        for writer, batch in zip(live, batches):
            writer.client.socket.sendall(b''.join(batch[part:]))
        server.kill()
        for writer in live:
            writer.read_to_the_end()


def run(checks, folder):
    data, dice = folder + '/caps', random.Random(20261126)
    names = [(scope, 'basic', ['--app-id-only']) for scope in SCOPES]
    projects = furnish(data, names)
    writers = {scope: Writer(project, codec) for scope, project, codec in zip(SCOPES, projects, (JSON, PROTO, PROTO))}
    with Postage(data) as server:
        make_caps(Rest(server), writers)
        server.kill()  # What was answered is kept; and from the next start on the caps see everything.
    for turn in range(1, KILLS + 1):
        round_with_kill(checks, data, writers, dice, turn)
    with Postage(data) as server:
        rest = Rest(server)
        for scope, writer in writers.items():
            if writer.connect(server):
                left = CAP - used(rest, writer)
                writer.client.socket.sendall(b''.join(writer.encode(left + TOO_MANY)))
                writer.read(left + TOO_MANY)
                checks.equal(f'{scope}: refused at last, by the cap', (writer.refused, writer.limits), (TOO_MANY, {f'cap={scope}'}))
                writer.client.drop()
            checks.equal(f'{scope}: units used after {KILLS} kills', used(rest, writer), CAP)
            checks.that(f'{scope}: never more admitted than the cap', writer.admitted <= CAP,
                        f'{writer.admitted} acknowledged, {writer.unanswered} unanswered at the kills')
            lost = CAP - writer.admitted
            # Logins are units of the account and of the project, not of its channels.
            logins = 0 if scope == 'channels' else KILLS + 1
            checks.that(f'{scope}: what was admitted without an answer was in flight at a kill',
                        lost <= writer.unanswered + logins, f'{lost}')
            billed = int(rest.get(f"/accounts/{writer.project['account']}/bill")['usage']['messages'])
            most = CAP + (KILLS + 1 if scope == 'channels' else 0)
            checks.that(f'{scope}: the bill has at least what was acknowledged, and no more than the cap admitted',
                        writer.admitted <= billed <= most, f'{billed}')
        server.stop()
        checks.equal('the journal holds', server.verify()['valid'], True)
