"""Named checks that print their figures, and waiting for real events with a deadline."""
import os
import select
import shutil
import tempfile
import time

DEADLINE = 60.0  # seconds any single event may take on a loaded machine


class Checks:
    """Counts what held and what did not; `that` never raises, so that later checks still run."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, name, good, figures=''):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        print(f"{'ok    ' if good else 'FAILED'}  {name}" + (f':  {figures}' if figures != '' else ''), flush=True)
        return bool(good)

    def equal(self, name, have, want):
        """Equality; prints the value, and both when they differ."""
        return self.that(name, have == want, f'{have}' if have == want else f'have {have!r}, want {want!r}')

    def broke(self, name, error):
        self.that(name, False, f'{type(error).__name__}: {error}')

    def finish(self):
        print(f'{self.passed} passed, {self.failed} failed')
        return 1 if self.failed else 0


class Deadline:
    """A point in time by which something must have happened."""

    def __init__(self, seconds=DEADLINE):
        self.at = time.monotonic() + seconds

    def left(self):
        """Seconds left; raises TimeoutError when none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError('the deadline passed')
        return left


def wait_readable(descriptor, deadline):
    """Blocks until `descriptor` has something to read."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    if not poller.poll(deadline.left() * 1000):
        raise TimeoutError('nothing came')


class Folder:
    """A temporary folder that goes away afterwards."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='postage-e2e-')
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def environment():
    """The environment without Postage's own settings, which would change what is tested."""
    return {name: value for name, value in os.environ.items() if not name.startswith('POSTAGE_')}
