"""What the switch says of itself: `api python prozvon_switch VERB [ARG]`. One short answer, and nothing is raised.

    hello          one line of JSON: which release this is, which interpreter, what of the folders can be used
    cdr ID         the CDR of an attempt, as it stands in its file; "-ERR missing", "-ERR unreadable: WHY"
    has KIND NAME  whether all the names are there (programs, prompts or spoken): "+OK" or "-ERR missing NAME"
    began          calls that came in and were not said to be done: "+OK N", then N lines of JSON, oldest first
    done ID        forget that such a call began: "+OK", also when nothing was known of it
    left ID YYYY/MM/DD       what a call that began on that day (UTC) has recorded: "+OK N", then N names
    recording NAME OFFSET    "+OK SIZE", then base64 of the next bytes of a recording; "-ERR missing"
    forget recordings DAYS   remove recordings of more than so many days ago: "+OK N"

Anything else: "-ERR usage". mod_python3 imports this file anew for every call, so it keeps no state.
"""

import base64
import json
import os
import pwd
import re
import sys
import time

SCRIPTS = os.path.dirname(os.path.realpath(__file__))
RELEASE = os.path.dirname(SCRIPTS)  # ROOT/releases/<id>; ROOT itself where there are no releases
IS_RELEASE = os.path.basename(os.path.dirname(RELEASE)) == "releases"
ROOT = os.path.dirname(os.path.dirname(RELEASE)) if IS_RELEASE else RELEASE

ATTEMPT = re.compile(r"[A-Za-z0-9_-]{1,64}")
NAME = re.compile(r"[0-9a-f]{32,64}(\.json|\.wav)?")
KINDS = {"programs": ".json", "prompts": ".wav", "spoken": ".wav"}
LEFT = ("recordings", "inbound")  # by calls
TMP = ("/dev/shm", "/tmp")  # noqa: S108  # as the interpreter chooses: memory, where there is some
RECORDING = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,80}\.wav")
DAY = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
NUMBER = re.compile(r"[0-9]{1,12}")
LEFT_MAX = 100  # recordings of one call
CHUNK_BYTES = 49152  # of a recording in one answer: a multiple of three
BEGAN_MAX = 2000  # markers in one answer: more than `max_sessions` usually lets live at once
MARKER_BYTES = 4096
DRAFT_S = 3600  # a marker that is still being written is so by nobody any more
DAY_S = 86400
CDR_BYTES = 1000000  # a CDR is about 20 KB; more is not one of ours


def fsapi(session, stream, env, args):
    """The answer to one command. `args` is the text after the module's name."""
    del session, env
    try:
        stream.write(answer(args))
    except Exception as error:
        stream.write("-ERR " + reason(error))


def answer(args):
    """The whole answer to `VERB ARG...`."""
    words = args.split()
    if words == ["hello"]:
        return json.dumps(hello())
    if len(words) == 2 and words[0] == "cdr" and ATTEMPT.fullmatch(words[1]):
        return cdr(words[1])
    if len(words) > 2 and words[0] == "has" and words[1] in KINDS and all(map(NAME.fullmatch, words[2:])):
        return has(words[1], words[2:])
    if words == ["began"]:
        return began()
    if len(words) == 2 and words[0] == "done" and ATTEMPT.fullmatch(words[1]):
        return done(words[1])
    if len(words) == 3 and words[0] == "left" and ATTEMPT.fullmatch(words[1]) and DAY.fullmatch(words[2]):
        return left(words[1], words[2])
    if len(words) == 3 and words[0] == "recording" and RECORDING.fullmatch(words[1]):
        return recording(words[1], int(words[2])) if NUMBER.fullmatch(words[2]) else "-ERR usage"
    if len(words) == 3 and words[:2] == ["forget", "recordings"] and NUMBER.fullmatch(words[2]):
        return forget(int(words[2]))
    return "-ERR usage"


def hello():
    """Which release and interpreter this is, on which python, and what it may do with which folder."""
    manifest = read_manifest()
    folder = cdr_folder(manifest)
    said = {
        "prozvon": 1,
        "release": os.path.basename(RELEASE) if IS_RELEASE else "",
        "root": ROOT,
        "callflow": str(manifest.get("callflow", "callflow")),
        "python": ".".join(map(str, sys.version_info[:3])),
        "now_ms": int(time.time() * 1000),
        "user": user(),
        "pid": os.getpid(),
        "cdr": {"folder": folder, "is_writable": is_writable(folder), "free_mb": free_mb(folder)},
        **{kind: readable(os.path.join(ROOT, kind)) for kind in KINDS},
        **{kind: writable(os.path.join(ROOT, kind)) for kind in LEFT},
        "tmp": tmp(),
        "path": sys.path,
    }
    fault = import_fault(said["callflow"])
    if fault:
        said["callflow_fault"] = fault
    return said


def import_fault(callflow):
    """Why the interpreter cannot be imported; "" when it can. The next call then finds it ready."""
    sys.path.insert(0, SCRIPTS)
    try:
        __import__(callflow + ".session")
    except Exception as error:
        return reason(error)
    finally:
        sys.path.remove(SCRIPTS)
    return ""


def cdr(attempt):
    """The CDR of an attempt; what is not UTF-8 in it (a caller's name may be anything) is replaced."""
    try:
        with open(os.path.join(cdr_folder(read_manifest()), attempt + ".cdr.json"), "rb") as file:
            data = file.read(CDR_BYTES + 1)
    except FileNotFoundError:
        return "-ERR missing"
    except OSError as error:
        return "-ERR unreadable: " + reason(error)
    if len(data) > CDR_BYTES:
        return "-ERR unreadable: more than 1 MB"
    return data.decode("utf-8", "replace")


def has(kind, names):
    """Whether every one of the files is there and can be read."""
    for name in names:
        ending = "" if name.endswith(KINDS[kind]) else KINDS[kind]
        if not os.access(os.path.join(ROOT, kind, name + ending), os.R_OK):
            return "-ERR missing " + name
    return "+OK"


def began():
    """The markers of calls that came in: what the interpreter noted when each began."""
    folder = os.path.join(ROOT, "inbound")
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                call, ending = os.path.splitext(entry.name)
                if ending == ".json" and ATTEMPT.fullmatch(call) and entry.is_file(follow_symlinks=False):
                    found.append((changed_s(entry), call))
                elif ending == ".new" and time.time() - changed_s(entry) > DRAFT_S:
                    os.unlink(entry.path)
    except OSError as error:
        return "-ERR unreadable: " + reason(error)
    lines = [marker(folder, call, at_s) for at_s, call in sorted(found)[:BEGAN_MAX]]
    return "\n".join(["+OK " + str(len(lines)), *lines])


def changed_s(entry):
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:  # it was done meanwhile
        return time.time()


def marker(folder, call, at_s):
    """One marker as a line; of one that cannot be read, when it was written is known at least."""
    try:
        with open(os.path.join(folder, call + ".json"), encoding="utf-8", errors="replace") as file:
            said = json.loads(file.read(MARKER_BYTES))
    except (OSError, ValueError, RecursionError):
        said = None
    known = said if isinstance(said, dict) else {"at": int(at_s)}
    return json.dumps({**known, "id": call})


def done(call):
    try:
        os.unlink(os.path.join(ROOT, "inbound", call + ".json"))
    except FileNotFoundError:
        return "+OK"
    except OSError as error:
        return "-ERR unreadable: " + reason(error)
    return "+OK"


def left(call, day):
    """The recordings of a call, for one that could not say itself what it has recorded."""
    try:
        names = sorted(day + "/" + name for name in os.listdir(os.path.join(ROOT, "recordings", day)))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        return "-ERR unreadable: " + reason(error)
    start = day + "/" + call + "."
    found = [name for name in names if name.startswith(start) and RECORDING.fullmatch(name)][:LEFT_MAX]
    return "\n".join(["+OK " + str(len(found)), *found])


def recording(name, offset):
    """A piece of a recording, from its byte `offset` on; nothing after its end. No link is followed to elsewhere."""
    path = os.path.join(ROOT, "recordings", name)
    try:
        if os.path.realpath(path) != os.path.join(os.path.realpath(os.path.join(ROOT, "recordings")), name):
            return "-ERR missing"
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(offset)
            data = file.read(CHUNK_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return "-ERR missing"
    except OSError as error:
        return "-ERR unreadable: " + reason(error)
    return "+OK " + str(size) + "\n" + base64.b64encode(data).decode("ascii")


def forget(days):
    """Remove what was recorded on days (UTC) more than `days` before today, and folders that are empty then."""
    root = os.path.join(ROOT, "recordings")
    before = time.strftime("%Y/%m/%d", time.gmtime(max(0, time.time() - days * DAY_S)))
    removed = 0
    for folder, _, names in os.walk(root, topdown=False):
        day = os.path.relpath(folder, root)
        if DAY.fullmatch(day) and day < before:
            for name in names:
                if RECORDING.fullmatch(day + "/" + name):
                    os.unlink(os.path.join(folder, name))
                    removed += 1
        if folder != root and day[:10] < before[: len(day)] and not os.listdir(folder):
            os.rmdir(folder)
    return "+OK " + str(removed)


def read_manifest():
    """release.json of this release; {} where there is none."""
    try:
        with open(os.path.join(RELEASE, "release.json"), encoding="utf-8") as file:
            manifest = json.load(file)
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def cdr_folder(manifest):
    return str(manifest.get("cdr") or os.path.join(ROOT, "cdr"))


def tmp():
    """The folder where a call is recorded while we listen for machines."""
    folder = next(filter(os.path.isdir, TMP), TMP[-1])
    return {"folder": folder, "is_writable": is_writable(folder)}


def readable(folder):
    return {"folder": folder, "is_readable": os.access(folder, os.R_OK | os.X_OK)}


def writable(folder):
    return {"folder": folder, "is_writable": is_writable(folder), "free_mb": free_mb(folder)}


def is_writable(folder):
    return os.access(folder, os.W_OK | os.X_OK)


def free_mb(folder):
    """Of the file system it is on; 0 when that cannot be told."""
    try:
        space = os.statvfs(folder)
    except OSError:
        return 0
    return space.f_bavail * space.f_frsize // 1000000


def user():
    """The name of the user the switch runs as, or the number of one without a name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def reason(error):
    """One short line: the text of an exception may be of any length."""
    return " ".join((type(error).__name__ + ": " + str(error))[:200].split())
