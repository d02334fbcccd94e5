"""Runs a program whose standard error nobody reads any more.

Usage: stalled-reader.py pipe|blocking-pipe|terminal TEXT PROGRAM...
Reads standard error until it contains TEXT (at once if TEXT is empty), then stops reading, fills it, and prints what was read
and `full`. Prints `ended CODE` when the program has ended. SIGTERM is passed on.
"""
import errno, fcntl, os, pty, signal, subprocess, sys, threading

kind, text, *program = sys.argv[1:]
reader, writer = pty.openpty() if kind == 'terminal' else os.pipe()


def set_blocking(is_blocking):
    os.set_blocking(writer, is_blocking)


def fill():
    set_blocking(False)
    try:
        while True:
            os.write(writer, b'x')
    except OSError as error:
        if error.errno != errno.EAGAIN:
            raise
    # The program shares this setting, and has made its pipe non-blocking.
    set_blocking(kind != 'pipe')


if not text:
    fill()
child = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writer)
signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
seen = b''
while text.encode() not in seen:
    seen += os.read(reader, 4096)
if text:
    fill()
print(seen.decode() + 'full', flush=True)
print('ended', child.wait(), flush=True)
