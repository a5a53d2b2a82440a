"""What the switch says of itself: `api python prozvon_switch VERB [ARG]`. One short answer, and nothing is raised.

    hello          one line of JSON: which release this is, which interpreter, what of the folders can be used
    cdr ID         the CDR of an attempt, as it stands in its file; "-ERR missing", "-ERR unreadable: WHY"
    has KIND NAME  whether all the names are there (programs, prompts or spoken): "+OK" or "-ERR missing NAME"

Anything else: "-ERR usage". mod_python3 imports this file anew for every call, so it keeps no state.
"""

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
TMP = ("/dev/shm", "/tmp")  # noqa: S108  # as the interpreter chooses: memory, where there is some
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
