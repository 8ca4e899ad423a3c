#!/usr/bin/python3
"""Documents must tell the truth: pages made from rows equal what the binary prints, and every ```console block whose line
begins with `$ postage` prints exactly what the page shows below it. docs_test.py --write mends the pages instead."""
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get('POSTAGE_BINARY', f'{ROOT}/build/release/postage')
WRITE = '--write' in sys.argv
good = bad = 0


def printed(arguments):
    done = subprocess.run([BINARY] + arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=60)
    return done.stdout


def check(name, path, have, want):
    """Counts one comparison; with --write puts `want` into the file."""
    global good, bad
    if have == want:
        good += 1
    elif WRITE:
        open(path, 'w').write(want)
        good += 1
        print(f'wrote {path}')
    else:
        bad += 1
        print(f'{name}: differs from what the binary prints; run tests/scripts/docs_test.py --write and look at the diff')


def errors_in_chinese():
    """The rows of the English page in the words that the console has for them: one home for each text."""
    texts = json.load(open(f'{ROOT}/console/src/i18n/zh_problems.json'))
    page = printed(['docs', 'errors'])
    advice = {'no': '改正后再试', 'later': '稍后可重试', 'resync': '重新读取后重试', 'login': '重新登录'}
    lines = ['# 错误码', '', '由 `src/spec/errors.def` 的行与控制台的中文文案生成（`tests/scripts/docs_test.py --write`），请勿手工修改。',
             '英文说明见 [errors.md](errors.md)。', '', '| 编号 | 名称 | HTTP | 重试 | 发生了什么 | 该怎么做 |', '|---|---|---|---|---|---|']
    for number, name, http, retry in re.findall(r'^\| (-?\d+) \| `(\w+)` \| (\d+) \| (\w+) \|', page, re.M):
        if name == 'ok':
            continue
        words = texts['problem'][name]
        lines.append(f"| {number} | `{name}` | {http} | {advice[retry]} | {words['what']} | {words['act']} |")
    lines += ['', '## 原因', '', '`reason` 说明同一错误的具体原因，其中的数值是问题对象的同名成员。', '', '| 名称 | 数值 | 含义 |', '|---|---|---|']
    for name, figures in re.findall(r'^\| `(\w+)` \| ([\w ]*?) ?\| ', page.split('## Reasons')[1], re.M):
        words = re.sub(r'{{(\w+)}}', r'`\1`', texts['reason'][name])
        lines.append(f'| `{name}` | {figures} | {words} |')
    return '\n'.join(lines) + '\n'


def mend_blocks(text):
    """The page with the output of every `$ postage` block as the binary prints it now."""
    def block(found):
        lines = found.group(1).rstrip('\n').split('\n')
        if not lines[0].startswith('$ postage '):
            return found.group(0)
        command = lines[0][len('$ postage '):].split()
        return f'```console\n{lines[0]}\n{printed(command).rstrip()}\n```'
    return re.sub(r'```console\n(.*?)```', block, text, flags=re.S)


def main():
    for page in ['errors', 'limits', 'settings']:
        path = f'{ROOT}/docs/{page}.md'
        have = open(path).read() if os.path.exists(path) else ''
        check(path, path, have, printed(['docs', page]))
    path = f'{ROOT}/docs/errors.zh.md'
    check(path, path, open(path).read() if os.path.exists(path) else '', errors_in_chinese())
    for path in sorted(glob.glob(f'{ROOT}/docs/**/*.md', recursive=True)) + [f'{ROOT}/README.md']:
        text = open(path).read()
        if '```console\n$ postage ' in text:
            check(path, path, text, mend_blocks(text))
        for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text):
            global good, bad
            if os.path.exists(os.path.join(os.path.dirname(path), target)):
                good += 1
            else:
                bad += 1
                print(f'{path}: a link to {target}, which is not there')
    print(f'{good} passed, {bad} failed')
    return 1 if bad else 0


sys.exit(main())
