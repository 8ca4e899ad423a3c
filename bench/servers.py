"""The servers that bench/run measures: how each is started on a free port, and what the load generator speaks to it."""
import json
import os
import select
import shutil
import socket
import subprocess
import time

START_SECONDS = 20


class BenchError(Exception):
    """A server could not be started."""


class Bench:
    """What the servers of one run share."""

    def __init__(self, build, folder, core):
        self.build, self.folder, self.core = build, folder, core
        self.troubles = []
        self.folders = 0

    def program(self, name):
        return os.path.join(self.build, name)

    def new_folder(self):
        self.folders += 1
        path = os.path.join(self.folder, str(self.folders))
        os.mkdir(path)
        return path

    def certificate(self):
        """A PEM file with a P-256 key and a self-signed certificate, made once."""
        path = os.path.join(self.folder, "server.pem")
        if not os.path.exists(path):
            key, crt = path + ".key", path + ".crt"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                            "/CN=localhost", "-days", "2", "-keyout", key, "-out", crt], check=True, capture_output=True)
            with open(path, "w", encoding="ascii") as out:
                for part in (crt, key):
                    with open(part, encoding="ascii") as file:
                        out.write(file.read())
        return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A contender. `port` and `process` are set by start()."""

    name = ""
    binary = ""
    protocol = ""
    transport = "tcp"
    path = "/"
    tls = False
    idle_only = False

    def __init__(self, bench):
        self.bench = bench
        self.port = 0
        self.process = None

    @classmethod
    def installed(cls, bench):
        found = shutil.which(cls.binary) or os.path.exists(bench.program(cls.binary)) or os.path.exists("/usr/sbin/" + cls.binary)
        if not found:
            print(f"({cls.name} is left out: no {cls.binary})")
        return bool(found)

    def load_flags(self):
        return ["--protocol", self.protocol, "--transport", self.transport, "--path", self.path]

    def command(self, folder):
        raise NotImplementedError

    def start(self):
        folder = self.bench.new_folder()
        self.port = free_port()
        with open(os.path.join(folder, "log"), "wb") as log:
            self.process = subprocess.Popen(["taskset", "-c", self.bench.core] + self.command(folder), stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
            raise BenchError(f"{self.name} did not start:\n{log.read()[-2000:]}")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def start_postage(bench, folder, tls):
    """Starts `postage serve` with one account and one project that takes its App ID without a token.

    The one place that knows Postage's command line. The plan counts every unit; the project's rates are at their bounds,
    so that the load is not refused. Returns (process, port, app_id)."""
    postage = bench.program("postage")
    data = os.path.join(folder, "data")

    def ask(*words):
        done = subprocess.run([postage, *words, "--data-dir", data, "--json"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"postage {words[0]}: {done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    account = ask("account", "create", "--name", "bench", "--email", "bench@localhost", "--plan", "flagship")
    project = ask("project", "create", "--account", account["id"], "--name", "bench", "--app-id-only",
                  "--limit", "publish_per_second_max", "100000", "--limit", "calls_per_second_max", "10000")
    words = ["--server-port", "0", "--server-data-dir", data, "--server-shards", "1", "--auth-app-id-only-allowed", "true",
             "--log-level", "warn"]
    if tls:
        words += ["--tls-certificate", bench.certificate(), "--tls-key", bench.certificate()]
    with open(os.path.join(folder, "log"), "wb") as log:
        process = subprocess.Popen(["taskset", "-c", bench.core, postage, "serve", *words], stdout=subprocess.PIPE, stderr=log,
                                   stdin=subprocess.DEVNULL, text=True)
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if ready else ""
    if not line.startswith("{"):
        process.kill()
        process.wait()
        with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as log:
            raise BenchError(f"postage serve did not start: {line} {log.read()[-2000:]}")
    return process, json.loads(line)["port"], project["app_id"]


class Postage(Server):
    name, binary, protocol, transport, path = "postage", "postage", "postage", "ws", "/rtm"
    app_id = ""

    @classmethod
    def installed(cls, bench):
        if os.path.exists(bench.program("postage")):
            return True
        raise SystemExit(f"{bench.program('postage')} is not built: cmake --preset bench && ninja -C build/bench")

    def start(self):
        self.process, self.port, self.app_id = start_postage(self.bench, self.bench.new_folder(), self.tls)

    def load_flags(self):
        return super().load_flags() + ["--app-id", self.app_id]


class PostageTls(Postage):
    name, transport, tls, idle_only = "postage TLS", "wss", True, True


class Prototype(Server):
    """The data path alone: what a connection and a copy cost without accounts, meters, quotas and limits."""

    name, binary, protocol, transport = "prototype", "bench/join_server", "prototype", "ws"

    def command(self, folder):
        return [self.bench.program(self.binary), str(self.port)] + ([self.bench.certificate()] if self.tls else [])


class PrototypeTls(Prototype):
    name, transport, tls, idle_only = "prototype TLS", "wss", True, True


class Nats(Server):
    name, binary, protocol = "nats", "nats-server", "nats"

    def command(self, folder):
        config = os.path.join(folder, "nats.conf")
        other = free_port()
        websocket, plain = (self.port, other) if self.transport == "ws" else (other, self.port)
        with open(config, "w", encoding="ascii") as file:
            file.write(f"listen: 127.0.0.1:{plain}\nmax_pending: 268435456\n"
                       f"websocket {{ host: \"127.0.0.1\", port: {websocket}, no_tls: true }}\n")
        return [shutil.which("nats-server") or "/usr/sbin/nats-server", "-c", config]


class NatsWebSocket(Nats):
    name, transport = "nats ws", "ws"


class Redis(Server):
    name, binary, protocol = "redis", "redis-server", "redis"

    def command(self, folder):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                folder, "--maxclients", "20000", "--client-output-buffer-limit", "pubsub 0 0 0"]


class Mosquitto(Server):
    name, binary, protocol = "mosquitto", "mosquitto", "mqtt"

    def command(self, folder):
        config = os.path.join(folder, "mosquitto.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
                       f"set_tcp_nodelay true\npersistence false\n")
        return [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", config]


SERVERS = [Postage, Prototype, NatsWebSocket, Nats, Redis, Mosquitto, PostageTls, PrototypeTls]
