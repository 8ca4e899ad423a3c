#!/usr/bin/python3
"""A real SMTP server on 127.0.0.1 that keeps what it gets; for tests and demos. Needs Debian's python3-aiosmtpd.

smtp_sink.py FOLDER [--tls CERT KEY] [--require-starttls] [--smtps] [--auth USER PASSWORD] [--refuse N CODE] [--per-connection N]

Takes a free port and prints it as one line. Each accepted mail becomes FOLDER/0001.eml (as received) and
FOLDER/0001.json (envelope, decoded headers, decoded parts); both are complete before the client gets its 250.
--refuse answers the first N mails with CODE instead; --per-connection answers 421 to a mail beyond N on one connection and
ends it. Ends when its standard input closes.
"""
import argparse
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keeper:
    """aiosmtpd handler: writes each mail and its decoded form."""

    def __init__(self, folder, refuse, smtps, per_connection):
        self.folder, self.refuse, self.smtps, self.number, self.per_connection = folder, refuse, smtps, 0, per_connection
        self.connections = {}  # a connection's server -> its number and how many mails it brought

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        connection = self.connections.setdefault(server, [len(self.connections) + 1, 0])
        if self.per_connection and connection[1] >= self.per_connection:
            await server.push('421 enough mails for one connection')
            server.transport.close()
            return '421 enough'
        connection[1] += 1
        envelope.mail_from = address
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        if self.refuse and self.refuse[0] > 0:
            self.refuse[0] -= 1
            return f'{self.refuse[1]} refused on purpose'
        self.number += 1
        stem = os.path.join(self.folder, f'{self.number:04d}')
        with open(stem + '.eml', 'wb') as out:
            out.write(envelope.original_content)
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        parts = []
        for part in message.walk():
            if part.is_multipart():
                continue
            content = part.get_content()
            parts.append({'type': part.get_content_type(), 'filename': part.get_filename(),
                          'text': content if isinstance(content, str) else None,
                          'hex': content.hex() if isinstance(content, bytes) else None})
        kept = {'mail_from': envelope.mail_from, 'rcpt_tos': envelope.rcpt_tos, 'tls': self.smtps or session.ssl is not None,
                'connection': self.connections[server][0], 'user': session.auth_data, 'type': message.get_content_type(),
                'structure': [p.get_content_type() for p in message.walk()],
                'headers': [[k, str(v)] for k, v in message.items()], 'parts': parts,
                'longest_line': max(len(line) for line in envelope.original_content.split(b'\r\n'))}
        with open(stem + '.json.part', 'w', encoding='utf-8') as out:
            json.dump(kept, out, ensure_ascii=False)
        os.rename(stem + '.json.part', stem + '.json')
        return '250 OK'


async def serve(options):
    refuse = [int(options.refuse[0]), options.refuse[1]] if options.refuse else None
    keeper = Keeper(options.folder, refuse, options.smtps, options.per_connection)
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls[0], options.tls[1])

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == options.auth
        return AuthResult(success=good, handled=False, auth_data=data.login.decode() if good else None)

    def protocol():
        return SMTP(keeper, enable_SMTPUTF8=True, authenticator=check if options.auth else None,
                    auth_required=bool(options.auth), auth_require_tls=False,
                    tls_context=None if options.smtps else context, require_starttls=options.require_starttls)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, '127.0.0.1', 0, ssl=context if options.smtps else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument('folder')
    ask.add_argument('--tls', nargs=2)
    ask.add_argument('--require-starttls', action='store_true')
    ask.add_argument('--smtps', action='store_true')
    ask.add_argument('--auth', nargs=2)
    ask.add_argument('--refuse', nargs=2)
    ask.add_argument('--per-connection', type=int)
    asyncio.run(serve(ask.parse_args()))


if __name__ == '__main__':
    main()
