"""Many subscribers at full speed in one thread: frames are counted by their headers, and each one's offset is compared."""
import select

from support.checks import Deadline
from support.websocket_client import JSON, Closed, varint

TIMESTAMP_PROTO = 7   # key and six bytes of milliseconds, until the year 2109
TIMESTAMP_JSON = 28   # ,"timestamp":1767225600123}}


class BulkReader:
    """Counts a subscriber's message frames; each must carry the offset after the one before."""

    def __init__(self, client, first_offset):
        self.client, self.count, self.offset, self.strange, self.bytes = client, 0, first_offset, 0, 0
        self.json = client.codec == JSON
        self.space = bytearray(1 << 20)
        self.view = memoryview(self.space)
        self.fill = len(client.buffer)
        self.space[:self.fill] = client.buffer
        client.buffer.clear()
        client.socket.setblocking(False)

    def pump(self):
        """Takes what the socket has and counts the whole frames in it."""
        try:
            got = self.client.socket.recv_into(self.view[self.fill:])
        except BlockingIOError:
            return
        if got == 0:
            raise Closed(0, 'a subscriber was cut')
        self.bytes += got
        space, at, end = self.space, 0, self.fill + got
        while end - at >= 10:
            size = space[at + 1]
            if size < 126:
                body = at + 2
            elif size == 126:
                size, body = space[at + 2] << 8 | space[at + 3], at + 4
            else:
                size, body = int.from_bytes(space[at + 2:at + 10], 'big'), at + 10
            stop = body + size
            if stop > end:
                break
            wanted = self.offset + 1
            if self.json:
                tail = b'"offset":%d' % wanted
                edge = stop - TIMESTAMP_JSON
            else:
                tail = b'@' + varint(wanted)  # field 8, a varint: key 0x40
                edge = stop - TIMESTAMP_PROTO
            if space[edge - len(tail):edge] == tail:
                self.offset = wanted
                self.count += 1
            else:
                self.strange += 1
            at = stop
        space[:end - at] = space[at:end]
        self.fill = end - at


def publish_in_bulk(publisher, readers, channel, payload, times, window):
    """Publishes `times` with at most `window` unanswered while the readers read; the replies.

    The slowest reader is never further behind than half of what the server queues for a connection: one that is would be
    closed as a slow consumer, rightly.
    """
    behind_max = max(window, min(4096, (4 << 20) // max(1, len(payload))))
    poller = select.poll()
    by_descriptor = {reader.client.socket.fileno(): reader for reader in readers}
    for descriptor in by_descriptor:
        poller.register(descriptor, select.POLLIN)
    own = publisher.socket.fileno()
    poller.register(own, select.POLLIN)
    base, sent, replies, deadline = publisher.last_id, 0, [], Deadline(300)
    start = {reader: reader.count for reader in readers}

    def slowest():
        return min((reader.count - start[reader] for reader in readers), default=sent)

    expected = [reader.count + times for reader in readers]
    pending = sum(expected) - sum(reader.count for reader in readers)

    while len(replies) < times or pending > 0:
        while sent < times and sent - len(replies) < window and (sent % 16 or sent - slowest() < behind_max - 16):
            sent += 1
            publisher.socket.settimeout(deadline.left())
            publisher.socket.sendall(publisher.encode('publish', {'channel': channel, 'payload': payload}, base + sent))
        ready = poller.poll(min(deadline.left(), 20) * 1000)
        if not ready:
            raise TimeoutError(f'nothing came any more: {len(replies)} replies, {pending} copies missing')
        for descriptor, _ in ready:
            if descriptor == own:
                publisher._fill(deadline)
                while (frame := publisher.waiting_frame()) is not None:
                    replies.append(frame)
                continue
            reader = by_descriptor[descriptor]
            before = reader.count
            reader.pump()
            pending -= reader.count - before
            if reader.strange:
                raise RuntimeError(f'a frame out of order after offset {reader.offset}')
    publisher.last_id = base + times
    return replies
