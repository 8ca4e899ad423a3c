#!/usr/bin/python3
"""Writes an assembler file (.incbin) and a C++ table for files that go into the binary.

embed.py SYMBOL OUT.S OUT.cc FILE...   A FILE may be written as name=path; else its name is the file's own.
"""
import os
import sys


def main():
    symbol, asm_path, table_path, files = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    asm, rows, externs = ['.section .rodata'], [], []
    for i, item in enumerate(files):
        name, path = item.split('=', 1) if '=' in item else (os.path.basename(item), item)
        label = f'postage_embed_{symbol}_{i}'
        asm += [f'.global {label}_begin', f'.global {label}_end', '.balign 16', f'{label}_begin:',
                f'.incbin "{os.path.abspath(path)}"', f'{label}_end:', '.byte 0']
        externs.append(f'extern "C" const char {label}_begin[], {label}_end[];')
        rows.append(f'    {{"{symbol}/{name}", {label}_begin, {label}_end}},')
    asm.append('.section .note.GNU-stack,"",@progbits')
    table = ['#include "base/embedded.h"'] + externs + [
        'namespace {', 'const postage::EmbeddedRow kRows[] = {'] + rows + [
        '};', f'const postage::EmbeddedRegistrar kRegistrar{{kRows, {len(rows)}}};', '}  // namespace',
        'namespace postage {', f'void embed_{symbol}() {{ (void)kRegistrar; }}', '}']
    for path, lines in ((asm_path, asm), (table_path, table)):
        text = '\n'.join(lines) + '\n'
        if not os.path.exists(path) or open(path).read() != text:
            open(path, 'w').write(text)


main()
