#!/usr/bin/env python3
"""Verifies one exported receipt of Omni Gateway without its code, as docs/receipts.md says. Python 3.9 or newer, and nothing else.

    verify_receipt.py FILE|- [--key PUBLIC]      PUBLIC, <origin>+<key id>+<base64>, is known from elsewhere

Exits with 0 where all is right, otherwise with 1 and what is wrong. `verify_receipts.py` beside it verifies whole logs.
"""
import argparse, base64, collections, functools, hashlib, json, pathlib, re, sys

PRIME, ORDER, BASE = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, b"\x58" + b"\x66" * 31
D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
NUMBER, HASH, ORIGIN = rb"(0|[1-9][0-9]{0,14})", rb"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)", rb"(omni-gateway/log_[0-9a-f]{32})"
BASE64 = rb"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)"
PUBLIC = rb"\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})"
STATEMENT = ORIGIN + rb" key\n\1" + PUBLIC + rb"\ntime " + NUMBER + rb"\nfrom " + NUMBER
CHECKPOINT = ORIGIN + rb"\n" + NUMBER + rb"\n" + HASH + rb"\ntime " + NUMBER + rb"\nconfig [0-9a-f]*\nbuild [0-9a-f]*"
LINE = rb"[A-Za-z0-9_-]{22} (receipt|gap|audit|erasure|key|start) (\{[^\n]*\})"
Note = collections.namedtuple("Note", "text file line")
Key = collections.namedtuple("Key", "id public start text")
Checkpoint = collections.namedtuple("Checkpoint", "size root note")

class Wrong(Exception):
    """A wrong place: the file, or the field of a bundle; the line, from 1; what is wrong."""

def add(one, other):  # points in extended coordinates: RFC 8032, section 5.1.4
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % PRIME, (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c, d = 2 * one[3] * other[3] * D % PRIME, 2 * one[2] * other[2] % PRIME
    return (b - a) * (d - c) % PRIME, (d + c) * (b + a) % PRIME, (d - c) * (d + c) % PRIME, (b - a) * (b + a) % PRIME

def point_of(data):  # 5.1.3
    y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    x = x if x * x % PRIME == square else x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    if y >= PRIME or x * x % PRIME != square or (x == 0 and sign): raise ValueError("no point of the curve")
    x = x if x & 1 == sign else PRIME - x
    return x, y, 1, x * y % PRIME

@functools.lru_cache(64)
def doublings(data): return functools.reduce(lambda found, _: found + [add(found[-1], found[-1])], range(255), [point_of(data)])

def multiply(number, data): return functools.reduce(add, (two for bit, two in enumerate(doublings(data)) if number >> bit & 1), (0, 1, 1, 0))

@functools.lru_cache(4096)
def is_signed(public, message, signature):  # 5.1.7
    factor, challenge = int.from_bytes(signature[32:], "little"), hashlib.sha512(signature[:32] + public + message).digest()
    try: right = add(point_of(signature[:32]), multiply(int.from_bytes(challenge, "little") % ORDER, public))
    except (ValueError, IndexError): return False
    left = multiply(factor % ORDER, BASE)
    return len(signature) == 64 and factor < ORDER and all((left[axis] * right[2] - right[axis] * left[2]) % PRIME == 0 for axis in (0, 1))

def sha256(*parts): return hashlib.sha256(b"".join(parts)).digest()

def push(tree, size, root):  # a tree is its right edge: whole subtrees, each smaller than the one before
    while tree and tree[-1][0] == size: size, root = size * 2, sha256(b"\1", tree.pop()[1], root)
    tree.append((size, root))

def root_of(tree): return functools.reduce(lambda right, left: sha256(b"\1", left, right), [one[1] for one in tree[::-1]]) if tree else sha256()

def number(text):  # of JSON, where 4.0 is 4
    return int(float(text)) if float(text).is_integer() and abs(float(text)) < 2**53 else float(text)

def read_json(text): return json.loads(text, parse_int=number, parse_float=number, parse_constant=int)  # which is an error

def fields_of(note, pattern):
    found = re.fullmatch(pattern + rb"\n\n(?:\xe2\x80\x94 [^+ \0-\x1f]+ " + BASE64 + rb"\n){1,64}", note.text)
    if not found or len(note.text) > 65536 or "\ufffd" in note.text.decode("utf-8", "replace"): raise Wrong(note.file, note.line, "malformed note")
    return found.groups()

def check_signature(note, origin, key):
    body, _, signatures = note.text.partition(b"\n\n")
    texts = re.findall(rb"\xe2\x80\x94 " + origin + rb" ([^ \n]+)\n", signatures)
    mine = [data[4:] for data in map(base64.b64decode, texts) if data[:4] == key.id]
    if not mine or not all(is_signed(key.public, body + b"\n", signature) for signature in mine):
        raise Wrong(note.file, note.line, "not signed by the key whose turn it is")

def public_of(text):
    """The 32 bytes of a public key that was given; None where none was."""
    found = re.fullmatch(rb"([^+ ]+)" + PUBLIC, (text or "").encode())
    public = found and base64.b64decode(found[3])
    if text and not (found and public[0] == 1 and sha256(found[1], b"\n", public)[:4].hex().encode() == found[2]):
        raise Wrong("--key", 1, "not a public key as notes write it")
    return public and public[1:]

def check_trusted(keys, size, trusted):
    if trusted and not any(key.public == trusted and key.start <= size for key in keys): raise Wrong("keys", 1, "not signed by the key that was given")

def keys_of(notes, origin):
    keys = []
    for note in notes:
        name, id_, text, _, start = fields_of(note, STATEMENT)
        public, start = base64.b64decode(text), int(start)
        key = Key(bytes.fromhex(id_.decode()), public[1:], start, note.text)
        if name != origin or public[0] != 1 or key.id != sha256(origin, b"\n", public)[:4] or (start <= keys[-1].start if keys else start):
            raise Wrong(note.file, note.line, "not the statement of the log's next key")
        for signer in [key] + keys[-1:]: check_signature(note, origin, signer)
        keys.append(key)
    if not keys: raise Wrong("keys", 1, "no key")
    return keys

def checkpoint_of(note, origin, keys):
    name, size, root = fields_of(note, CHECKPOINT)[:3]
    if name != origin: raise Wrong(note.file, note.line, "a checkpoint of another log")
    check_signature(note, origin, [key for key in keys if key.start <= int(size)][-1])
    return Checkpoint(int(size), base64.b64decode(root), note)

def verify_bundle(text, trusted=None):
    bundle = read_json(text)
    origin, line, position, jws = bundle["origin"].encode(), bundle["line"].encode(), bundle["position"], bundle["jws"]
    keys = keys_of((Note(text.encode(), "keys", at + 1) for at, text in enumerate(bundle["keys"])), origin)
    point = checkpoint_of(Note(bundle["checkpoint"].encode(), "checkpoint", 1), origin, keys)
    check_trusted(keys, point.size, trusted)
    if bundle["bundle"] != "omni-receipt/1" or [type(bundle[name]) for name in ("keys", "proof")] != [list, list] or not re.fullmatch(LINE, line): raise Wrong("line", 1, "malformed")
    if type(position) is not int or not 0 <= position < point.size: raise Wrong("position", 1, "not in the tree")
    at, last, root = position, point.size - 1, sha256(b"\0", line)
    for node in (base64.b64decode(re.fullmatch(HASH, node.encode())[1]) for node in bundle["proof"]):  # RFC 9162, section 2.1.3.2
        if last == 0: raise Wrong("proof", 1, "longer than the way to the root")
        if at & 1 or at == last:
            root = sha256(b"\1", node, root)
            while at and not at & 1: at, last = at >> 1, last >> 1
        else: root = sha256(b"\1", root, node)
        at, last = at >> 1, last >> 1
    if last or root != point.root: raise Wrong("proof", 1, "does not lead to the root")
    for key in keys:
        header = base64.urlsafe_b64encode(b'{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"%s"}' % key.id.hex().encode()).rstrip(b"=")
        found = re.fullmatch(header + rb"\.\.([A-Za-z0-9_-]{85}[AQgw])", jws.encode())
        if found and is_signed(key.public, header + b"." + line, base64.urlsafe_b64decode(found[1] + b"==")): return {"position": position, "size": point.size}
    raise Wrong("jws", 1, "not signed by one of the keys")

def judge(name, verify):
    """Prints a line of what `verify` says, whatever happens to it. Whether all is right."""
    try: print("ok   ", name + ":", ", ".join("%s %d" % each for each in verify().items()))
    except Wrong as wrong: print("WRONG %s: %s, line %s: %s" % (name, *wrong.args))
    except Exception as error: print("WRONG %s: cannot be read (%s)" % (name, type(error).__name__))
    else: return True

def judge_bundle(path, key):
    read = lambda: (sys.stdin.buffer.read() if path == "-" else pathlib.Path(path).read_bytes()).decode()
    return judge(path, lambda: verify_bundle(read(), public_of(key)))

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", metavar="FILE")
    parser.add_argument("--key", metavar="PUBLIC")
    given = parser.parse_args()
    return judge_bundle(given.bundle, given.key)

if __name__ == "__main__": sys.exit(0 if main() else 1)
