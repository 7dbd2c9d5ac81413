"""Says what libdbus and GDBus make of messages.

Standard input: any number of messages, each behind its size (4 bytes, little-endian). Standard output: the names of the
oracles that are here on the first line; then a line for each message with, for each oracle, + or -, and last the body as
GDBus writes it again in little-endian order (hexadecimal, - without). Only names and results, no state in between.
"""

import ctypes
import ctypes.util
import struct
import sys


def load_libdbus():
    name = ctypes.util.find_library("dbus-1") or "libdbus-1.so.3"
    library = ctypes.CDLL(name)
    library.dbus_message_demarshal.restype = ctypes.c_void_p
    library.dbus_message_demarshal.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
    library.dbus_message_unref.argtypes = [ctypes.c_void_p]
    library.dbus_error_init.argtypes = [ctypes.c_void_p]
    library.dbus_error_free.argtypes = [ctypes.c_void_p]
    error = ctypes.create_string_buffer(64)  # a DBusError has 32 bytes

    def accepts(data):
        library.dbus_error_init(error)
        message = library.dbus_message_demarshal(data, len(data), error)
        if message:
            library.dbus_message_unref(message)
            return "+", None
        library.dbus_error_free(error)
        return "-", None

    return accepts


def load_gdbus():
    from gi.repository import Gio, GLib

    def accepts(data):
        try:
            message = Gio.DBusMessage.new_from_blob(data, Gio.DBusCapabilityFlags.UNIX_FD_PASSING)
        except (GLib.Error, RuntimeError, UnicodeDecodeError):
            return "-", None  # the last two: the error's own text is not UTF-8
        try:
            message.set_byte_order(Gio.DBusMessageByteOrder.LITTLE_ENDIAN)
            blob = message.to_blob(Gio.DBusCapabilityFlags.UNIX_FD_PASSING)
        except (GLib.Error, RuntimeError, UnicodeDecodeError):
            return "+", None
        size = struct.unpack_from("<I", blob, 4)[0]
        return "+", blob[len(blob) - size :].hex()

    return accepts


def main():
    oracles = []
    for name, load in (("libdbus", load_libdbus), ("gdbus", load_gdbus)):
        try:
            oracles.append((name, load()))
        except (ImportError, OSError, AttributeError, ValueError):
            pass
    print(*(name for name, _ in oracles))
    while size := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(struct.unpack("<I", size)[0])
        results = [accepts(data) for _, accepts in oracles]
        body = next((body for _, body in results if body is not None), None)
        print("".join(verdict for verdict, _ in results), "-" if body is None else body or "=")


main()
