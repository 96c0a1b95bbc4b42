#!/usr/bin/env python3
"""Verifies logs of receipts of Omni Gateway without its code, as docs/receipts.md says. Python 3.9 or newer, and verify_receipt.py.

    verify_receipts.py FOLDER [--key PUBLIC] [--checkpoint FILE]...   all logs in a folder `receipts`, or one log
    verify_receipts.py --bundle FILE|- [--key PUBLIC]                 one exported receipt

Exits with 0 where all is right, otherwise with 1 and the first wrong place of each log.
"""
import argparse, base64, os, pathlib, re, sys
sys.dont_write_bytecode = True
from verify_receipt import CHECKPOINT, HASH, LINE, Note, Wrong
from verify_receipt import check_trusted, checkpoint_of, judge, judge_bundle, keys_of, public_of, push, read_json, root_of, sha256

SEGMENT, LOG = 4096, "log_[0-9a-f]{32}"

def segment_of(position): return "%012d.jsonl" % (position - position % SEGMENT)

def read(folder, name):
    path = os.path.join(folder, name)
    if name != "checkpoints" and os.path.isfile(path) and os.path.getsize(path) > 2**28: raise Wrong(name, 1, "longer than any of ours")
    return pathlib.Path(path).read_bytes() if os.path.isfile(path) else None

def notes_of(data, file):  # what is behind the last empty line was being written
    parts, line = data.split(b"\n\n"), 1
    for body, signatures in zip(parts[0:-1:2], parts[1:-1:2]):
        yield Note(body + b"\n\n" + signatures + b"\n", file, line)
        line += body.count(b"\n") + signatures.count(b"\n") + 4
    if sum(map(len, parts[len(parts) - 1 & ~1 :])) > 2**20: raise Wrong(file, line, "malformed note")

def entries_of(folder, listed, signed):
    """Each entry as (position, 1, leaf, line), the line None where it is erased; a segment that was removed as (position, 4096, root, None)."""
    names = sorted(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    for name in names:
        if not re.fullmatch("[0-9]{12}[.]jsonl", name) or int(name[:12]) % SEGMENT: raise Wrong(name, 1, "not the name of a segment")
    for first in range(0, max(len(listed) * SEGMENT, int(names[-1][:12]) + 1 if names else 0), SEGMENT):
        name, part, root = "%012d.jsonl" % first, [], (listed[first // SEGMENT :] or [None])[0]
        hashes, data = read(folder, name[:12] + ".hashes") or b"", read(folder, name)
        if data is None and (root is None or first + SEGMENT > signed): raise Wrong(name, 1, "missing")
        if data is None: yield first, SEGMENT, root, None
        lines, kept = (data or b"").split(b"\n")[:-1], [hashes[at : at + 32] for at in range(0, len(hashes) - 31, 32)]
        for at, line in enumerate(lines):
            erased = re.fullmatch(rb"erased ([0-9a-f]{64}) *", line)
            leaf = bytes.fromhex(erased[1].decode()) if erased else sha256(b"\0", line)
            if at == SEGMENT or kept[at : at + 1] != [leaf] and (at < len(kept) or first + at < signed): raise Wrong(name, at + 1, "not the entry of its hash")
            push(part, 1, leaf)
            yield first + at, 1, leaf, None if erased else line
        least = SEGMENT if root or name < names[-1] else len(kept)
        if data is not None and len(lines) < least: raise Wrong(name, len(lines) + 1, "entries are missing")
        if len(lines) == SEGMENT and root_of(part) != root and (root or first + SEGMENT < signed): raise Wrong("segments", first // SEGMENT + 1, "not the root of its segment")

def told_in(line, place, statements):
    """The positions, each range as its first and its end, all below its own, of which an entry tells that they are gone. Checks what an entry has to be."""
    kind, text = re.fullmatch(LINE, line).groups()
    entry = read_json(text.decode("utf-8", "replace")) if kind == b"erasure" or place in statements else {}
    if place in statements and (kind != b"key" or entry["statement"] != statements[place]): raise ValueError
    if kind != b"erasure": return []
    pairs = [[0, entry["before"]]] if "before" in entry else entry["positions"]
    if not all(type(pair) is list and [type(at) for at in pair] == [int, int] for pair in pairs) or type(pairs) is not list: raise ValueError
    ranges = [(first, last + ("before" not in entry)) for first, last in pairs]
    if not all(0 <= first < end <= place for first, end in ranges): raise ValueError
    return ranges

def untold_in(gone, told):
    """The first position that is gone, and in none of the ranges that are told of."""
    told, at, reach = sorted(told), 0, 0
    for first, end in gone:
        while first < end:
            while at < len(told) and told[at][0] <= first: at, reach = at + 1, max(reach, told[at][1])
            if reach <= first: return first
            first = reach

def verify_log(folder, notes=(), trusted=None):
    """What there is of the log, or `Wrong`. `notes` are checkpoints of it that were kept elsewhere."""
    if not os.path.isdir(folder): raise Wrong(notes[0].file if notes else ".", notes[0].line if notes else 1, "there is no such log")
    if not notes and not any(re.fullmatch(r"keys|checkpoints|segments|.*\.jsonl", name) for name in os.listdir(folder)): return {"entries": 0}
    origin = b"omni-gateway/" + os.path.basename(os.path.abspath(folder)).encode()
    points = list(notes_of(read(folder, "checkpoints") or b"", "checkpoints"))
    keys = keys_of(notes_of(read(folder, "keys") or b"", "keys"), origin)
    wanted, signed = {}, 0
    for one in (checkpoint_of(note, origin, keys) for note in points):
        if one.size < signed or wanted.setdefault(one.size, one.root) != one.root: raise Wrong("checkpoints", one.note.line, "does not follow from the one before")
        signed = one.size
    outside = [checkpoint_of(note, origin, keys) for note in notes]
    for one in outside: wanted.setdefault(one.size)
    check_trusted(keys, signed, trusted)
    listed = []
    for at, line in enumerate((read(folder, "segments") or b"").split(b"\n")[:-1]):
        found = re.fullmatch(b"%012d " % (at * SEGMENT) + HASH, line)
        if not found: raise Wrong("segments", at + 1, "malformed")
        listed.append(base64.b64decode(found[1]))
    statements = {key.start - 1: key.text.decode() for key in keys[1:]}
    tree, roots, good, size, gone, told = [], {0: sha256()}, 0, 0, [], []
    for place, count, node, line in entries_of(folder, listed, signed):
        push(tree, count, node)
        size = place + count
        if size in wanted:
            roots[size] = root_of(tree)
            if wanted[size] not in (None, roots[size]): raise Wrong(segment_of(good), good % SEGMENT + 1, "from here to entry %d not what was signed" % (size - 1))
            good = size if wanted[size] else good
        if line is None: gone.append((place, size))
        elif not points and line[22:29] != b" start ": raise Wrong("checkpoints", 1, "missing")
        try: told += told_in(line, place, statements) if line is not None else []
        except Exception: raise Wrong(segment_of(place), place % SEGMENT + 1, "malformed")
    if size < max([signed] + [key.start for key in keys]): raise Wrong(segment_of(size), size % SEGMENT + 1, "entries that were signed are missing")
    untold = untold_in(gone, told)
    if untold is not None: raise Wrong(segment_of(untold), untold % SEGMENT + 1, "is gone, and no later entry tells of it")
    for one in outside:
        if one.size > signed: raise Wrong(one.note.file, one.note.line, "counts more than the log's own last checkpoint: rolled back or cut off")
        if roots.get(one.size, wanted[one.size]) not in (None, one.root): raise Wrong(one.note.file, one.note.line, "tells another past of the log: a fork")
    erased, compared = sum(end - first == 1 for first, end in gone), sum(one.size in roots for one in outside)
    return {"entries": size, "checkpoints": len(points), "erased": erased, "dropped": SEGMENT * (len(gone) - erased), "unsigned": size - signed, "compared": compared}

def logs_in(folder, paths=()):
    """The logs in a folder of receipts, or the one whose folder it is: name, folder, and the checkpoints in these files that tell of it."""
    folder, notes = os.path.abspath(folder), {}
    for path in paths:
        kept = list(notes_of(pathlib.Path(path).read_bytes().rstrip(b"\n") + b"\n\n", path))
        if not kept: raise Wrong(path, 1, "there is no checkpoint in it")
        for note in kept:
            found = re.match("omni-gateway/(" + LOG + ")\n", note.text.decode("latin-1"))
            notes.setdefault(found[1] if found else "?", []).append(note)
    parent, name = os.path.split(folder)
    if re.fullmatch(LOG, name): return [(name, folder, notes.get(name, []))]
    names = {name for name in os.listdir(folder) if re.fullmatch(LOG, name)} | set(notes)
    return [(name, os.path.join(folder, name), notes.get(name, [])) for name in sorted(names)]

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--bundle", metavar="FILE")
    parser.add_argument("--key", metavar="PUBLIC", help="<origin>+<key id>+<base64>, known from elsewhere")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="checkpoints that were kept elsewhere")
    given = parser.parse_args()
    if given.bundle: return judge_bundle(given.bundle, given.key)
    if not given.folder: parser.error("a folder, or --bundle")
    logs = logs_in(given.folder, given.checkpoint)
    verdicts = [judge(name, lambda: verify_log(folder, notes, public_of(given.key))) for name, folder, notes in logs]
    if not any(notes for _, _, notes in logs):
        print("No checkpoint from elsewhere was compared: this is evidence only against somebody without the signing key;")
        print("a log that was cut off or put back to an earlier state cannot be told.")
    if not verdicts: print("There are no logs in this folder.")
    return any(verdicts) and all(verdicts)

if __name__ == "__main__":
    try: sys.exit(0 if main() else 1)
    except OSError as error: sys.exit("%s: %s" % (error.filename, error.strerror))
    except Wrong as wrong: sys.exit("%s, line %s: %s" % wrong.args)
