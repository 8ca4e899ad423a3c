"""A small client of the server's WebSocket protocol, both subprotocols, on blocking sockets with deadlines."""
import base64
import json
import os
import socket
import struct

from support.checks import DEADLINE, Deadline

PROTO, JSON = 'postage.v1.proto', 'postage.v1.json'
# Field numbers of proto/postage/v1/client.proto that these tests use.
REQUESTS = {'hello': 2, 'login': 3, 'logout': 5, 'ping': 6, 'subscribe': 10, 'unsubscribe': 11, 'publish': 12}
ANSWERS = {2: 'hello', 3: 'login', 5: 'logout', 6: 'pong', 7: 'error', 8: 'message', 10: 'subscribe', 11: 'unsubscribe', 12: 'publish', 102: 'bye'}
FIELDS_OUT = {'hello': {'protocol_version': 1, 'client_name': 2}, 'login': {'app_id': 1, 'user_id': 2, 'token': 3, 'heartbeat_seconds': 4},
              'subscribe': {'channel': 1, 'with_message': 2, 'with_presence': 3}, 'unsubscribe': {'channel': 1},
              'publish': {'channel': 1, 'channel_type': 2, 'payload': 3}, 'logout': {}, 'ping': {}}
FIELDS_IN = {'hello': {2: 'server'}, 'login': {2: 'timestamp'}, 'publish': {1: 'epoch', 2: 'offset', 3: 'timestamp', 4: 'units'},
             'subscribe': {1: 'timestamp', 2: 'epoch', 3: 'offset'}, 'error': {1: 'number', 2: 'name', 3: 'text', 5: 'detail'},
             'message': {1: 'channel', 3: 'publisher', 4: 'payload', 7: 'epoch', 8: 'offset'}}


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def proto_fields(data):
    """(number, value) of one Protobuf message; values are integers or bytes."""
    at, found = 0, []
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            size, at = read_varint(data, at)
            value, at = bytes(data[at:at + size]), at + size
        else:
            raise ValueError(f'wire type {key & 7}')
        found.append((key >> 3, value))
    return found


def encode_proto(request_id, kind, body):
    inner = b''
    for name, value in body.items():
        number = FIELDS_OUT[kind][name]
        if isinstance(value, (bool, int)):
            inner += varint(number << 3) + varint(int(value))
        else:
            text = value.encode()
            inner += varint(number << 3 | 2) + varint(len(text)) + text
    return b'\x08' + varint(request_id) + varint(REQUESTS[kind] << 3 | 2) + varint(len(inner)) + inner


def decode_proto(data):
    frame = {}
    for number, value in proto_fields(data):
        if number == 1:
            frame['request_id'] = value
            continue
        kind = ANSWERS.get(number, str(number))
        names = FIELDS_IN.get(kind, {})
        body = {}
        for inner, content in proto_fields(value):
            text = content.decode() if isinstance(content, bytes) and inner in names else content
            body[names.get(inner, str(inner))] = text
        if kind == 'error':
            number = body['number']
            body['number'] = (number >> 1) ^ -(number & 1)
        frame[kind] = body
    return frame


def websocket_frame(payload, opcode):
    """One masked frame, as a client must send it."""
    size = len(payload)
    if size < 126:
        head = struct.pack('!BB', 128 | opcode, 128 | size)
    elif size < 65536:
        head = struct.pack('!BBH', 128 | opcode, 128 | 126, size)
    else:
        head = struct.pack('!BBQ', 128 | opcode, 128 | 127, size)
    mask = os.urandom(4)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], 'big')
    return head + mask + (int.from_bytes(payload, 'big') ^ key).to_bytes(size, 'big')


class Closed(Exception):
    """The server closed; `code` is the WebSocket close code, or 0 without one."""

    def __init__(self, code, reason=''):
        super().__init__(f'closed with {code} {reason}')
        self.code = code


class Client:
    """One connection. `call` waits for its reply; events that come before are kept in `events`."""

    def __init__(self, port, codec=JSON, greet=True, receive_buffer=None):
        self.codec, self.last_id, self.events, self.buffer = codec, 0, [], bytearray()
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(('127.0.0.1', port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET /rtm HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                             f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {codec}\r\n\r\n').encode())
        while b'\r\n\r\n' not in self.buffer:
            self._fill(Deadline())
        head, _, rest = bytes(self.buffer).partition(b'\r\n\r\n')
        if b' 101 ' not in head.split(b'\r\n')[0]:
            raise RuntimeError(f'upgrade refused: {head[:200]}')
        self.buffer = bytearray(rest)
        if greet:
            self.call('hello', {'protocol_version': 1, 'client_name': 'end-to-end'})

    def _fill(self, deadline):
        self.socket.settimeout(deadline.left())
        piece = self.socket.recv(262144)
        if not piece:
            raise Closed(0)
        self.buffer += piece

    def encode(self, kind, body, request_id):
        """The bytes to send for one request."""
        if self.codec == PROTO:
            return websocket_frame(encode_proto(request_id, kind, body), 2)
        return websocket_frame(json.dumps({'request_id': request_id, kind: body}).encode(), 1)

    def take_frame(self):
        """(opcode, payload) of a whole frame in the buffer, or None."""
        have = self.buffer
        if len(have) < 2:
            return None
        size, at = have[1] & 127, 2
        if size == 126:
            if len(have) < 4:
                return None
            size, at = struct.unpack_from('!H', have, 2)[0], 4
        elif size == 127:
            if len(have) < 10:
                return None
            size, at = struct.unpack_from('!Q', have, 2)[0], 10
        if len(have) < at + size:
            return None
        opcode, payload = have[0] & 15, bytes(have[at:at + size])
        del have[:at + size]
        return opcode, payload

    def receive(self, deadline=None):
        """The next frame of the protocol; raises Closed at the end."""
        deadline = deadline or Deadline()
        while True:
            taken = self.take_frame()
            if taken is None:
                self._fill(deadline)
                continue
            opcode, payload = taken
            if opcode == 8:
                self.finish_close(payload)
                raise Closed(struct.unpack('!H', payload[:2])[0] if len(payload) >= 2 else 1005, payload[2:].decode())
            if opcode == 9:
                self.socket.sendall(websocket_frame(payload, 10))
            elif opcode in (1, 2):
                return decode_proto(payload) if opcode == 2 else json.loads(payload)

    def waiting_frame(self):
        """A frame of the protocol that is in the buffer already, or None."""
        taken = self.take_frame()
        if taken is None:
            return None
        opcode, payload = taken
        if opcode not in (1, 2):
            raise RuntimeError(f'an unexpected frame: opcode {opcode} {payload[:100]}')
        return decode_proto(payload) if opcode == 2 else json.loads(payload)

    def finish_close(self, payload):
        try:
            self.socket.sendall(websocket_frame(payload[:2], 8))
        except OSError:
            return  # The other side is gone already; there is nobody left to answer.

    def call(self, kind, body):
        """Sends one request; its reply as {kind: ...} or {'error': ...}."""
        self.last_id += 1
        self.socket.sendall(self.encode(kind, body, self.last_id))
        return self.reply(self.last_id)

    def reply(self, request_id):
        deadline = Deadline()
        while True:
            frame = self.receive(deadline)
            if frame.get('request_id', 0) == request_id:
                return frame
            self.events.append(frame)

    def log_in(self, project, user, token_text='', heartbeat=1800):
        return self.call('login', {'app_id': project['app_id'], 'user_id': user, 'token': token_text, 'heartbeat_seconds': heartbeat})

    def until_closed(self):
        """Reads to the end; (frames, close code)."""
        frames, deadline = [], Deadline()
        while True:
            try:
                frames.append(self.receive(deadline))
            except Closed as closed:
                return frames, closed.code
            except ConnectionResetError:
                return frames, -1

    def close(self, code=1000):
        """A clean close: waits until the server has answered it."""
        self.socket.sendall(websocket_frame(struct.pack('!H', code), 8))
        answered = self.until_closed()[1]
        self.socket.close()
        return answered

    def drop(self):
        self.socket.close()
