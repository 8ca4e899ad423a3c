#!/usr/bin/python3
"""The whole product from outside, over real sockets: the binary, its REST API, its client protocol and its commands. Each story
starts its own server in a folder of its own. end_to_end_test.py [STORY ...]; POSTAGE_BINARY names another binary.
Needs Debian's python3-aiosmtpd. Nothing here waits for time to pass: it waits for sockets and processes, with deadlines."""
import os
import resource
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from support import (story_bad_input, story_bundle, story_caps, story_contract, story_fan_out, story_invoice,  # noqa: E402
                     story_kill, story_payments, story_quota, story_sla, story_stop)
from support.checks import Checks, Folder  # noqa: E402

STORIES = {'fan_out': story_fan_out.run, 'bundle': story_bundle.run, 'quota': story_quota.run, 'kill': story_kill.run,
           'bad_input': story_bad_input.run, 'stop': story_stop.run, 'invoice': story_invoice.run,
           'payments': story_payments.run, 'sla': story_sla.run, 'caps': story_caps.run,
           'contract': story_contract.run}


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    wanted = sys.argv[1:] or list(STORIES)
    unknown = [name for name in wanted if name not in STORIES]
    if unknown:
        print(f'there is no story {unknown[0]}; there are: {", ".join(STORIES)}')
        return 2
    checks = Checks()
    for name in wanted:
        print(f'-- {name}', flush=True)
        began = time.monotonic()
        with Folder() as folder:
            try:
                STORIES[name](checks, folder)
            except Exception as error:  # A story that breaks is a failed check; the others still run.
                traceback.print_exc()
                checks.broke(f'the story {name} reached its end', error)
        print(f'-- {name} took {time.monotonic() - began:.1f} s', flush=True)
    return checks.finish()


if __name__ == '__main__':
    sys.exit(main())
