#!/usr/bin/python3
"""Collects what the first boot has made, asks the proof what else to look for, and sends it there as JSON."""

import base64
import glob
import grp
import json
import os
import pwd
import re
import stat
import subprocess
import sys
import time
import urllib.request

RUNNER = "runner"
HOME = "/home/runner/actions-runner"
NOT_SEARCHED = ("/proc", "/sys", "/dev")


def main():
    url = sys.argv[1]
    questions = json.loads(urllib.request.urlopen(url + "/questions", timeout=60).read())
    facts = {**machine(), **runner_user(), **runner(), **packages(questions), **traces(questions["token"])}
    urllib.request.urlopen(url + "/facts", data=json.dumps(facts).encode(), timeout=60).read()


def machine():
    result = json.loads(read("/run/cloud-init/result.json") or "{}").get("v1", {})
    return {
        "datasource": result.get("datasource", ""),
        "cloudInitErrors": result.get("errors", ["no result.json"]),
        "cloudInitWarnings": [line for line in read("/var/log/cloud-init.log").splitlines() if re.search(r"\[(WARNING|ERROR|CRITICAL)\]", line)],
        "instanceId": read("/var/lib/cloud/data/instance-id").strip(),
        "hostName": os.uname().nodename,
        "hostNameResolves": output_of("getent", "hosts", os.uname().nodename) != "",
    }


def runner_user():
    try:
        user = pwd.getpwnam(RUNNER)
    except KeyError:
        return {"groups": [], "shell": "", "sudo": False, "authorizedKeys": []}
    groups = sorted(group.gr_name for group in grp.getgrall() if RUNNER in group.gr_mem)
    keys = read(user.pw_dir + "/.ssh/authorized_keys").splitlines()
    return {
        "groups": groups,
        "shell": user.pw_shell,
        "sudo": output_of("su", RUNNER, "-c", "sudo -n id -u").strip() == "0",
        "authorizedKeys": [line for line in keys if line and not line.startswith("#")],
    }


def runner():
    service = read(HOME + "/.service").strip()
    wait_for(HOME + "/online", 30 if service else 0)
    left = [path for pattern in ("/install_runner*", "/garm*", "/tmp/*.sh") for path in glob.glob(pattern)]
    return {
        "service": service,
        "serviceActive": bool(service) and output_of("systemctl", "is-active", service).strip() == "active",
        "serviceEnabled": bool(service) and output_of("systemctl", "is-enabled", service).strip() == "enabled",
        "owners": {os.path.basename(path): owner_of(path) for path in sorted(glob.glob(HOME + "/.[a-z]*"))},
        "dependenciesBy": read(HOME + "/dependencies").strip(),
        # What ran by "su -l": its session is in the journal, whether it ended well or not.
        "loginSessions": output_of("journalctl", "-o", "cat", "-t", "su").count("su-l:session): session opened for user " + RUNNER),
        "leftOver": sorted(left),
    }


def packages(questions):
    bundle = re.sub(r"\s", "", read("/etc/ssl/certs/ca-certificates.crt"))
    return {
        "packages": {name: version_of(name) for name in questions["packages"]},
        "certificateTrusted": re.sub(r"\s", "", questions["certificate"]) in bundle,
    }


def traces(token):
    """Where the token is found: by root, and by the runner's user, who never asks sudo."""
    needles = forms_of(token)
    # A search that overlooks what everybody may read finds nothing because it does not look.
    canary = "/run/garm-proof-canary"
    with open(canary, "w", encoding="utf-8") as file:
        file.write(token)
    os.chmod(canary, 0o644)
    as_root = search(needles)
    as_runner = as_user(RUNNER, lambda: {"files": search(needles), "journal": in_journal(needles), "seed": on_seed(needles)})
    for files in (as_root, as_runner["files"]):
        files.remove(canary)
    return {
        "tokenForRoot": as_root,
        "tokenForRunner": as_runner["files"],
        "tokenInJournalForRunner": as_runner["journal"],
        "tokenOnSeedForRunner": as_runner["seed"],
    }


def forms_of(token):
    """The token as it is, and as it looks inside base64 at each of the three places it can begin."""
    encoded = [base64.b64encode(b"\0" * shift + token.encode())[4 if shift else 0 : -4] for shift in range(3)]
    return [token.encode(), *encoded]


def search(needles):
    booted = time.time() - float(read("/proc/uptime").split()[0]) - 5
    found = []
    for folder, folders, names in os.walk("/"):
        folders[:] = [name for name in folders if os.path.join(folder, name) not in NOT_SEARCHED]
        # A file that has not changed since the boot is the template's: it knows no token.
        found += [path for path in (os.path.join(folder, name) for name in names) if is_changed(path, booted) and has(path, needles)]
    shared = [path for path in glob.glob("/dev/shm/**", recursive=True) if is_changed(path, booted) and has(path, needles)]
    processes = [path for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") if has(path, needles)]
    return sorted(found + shared + processes)


def is_changed(path, booted):
    try:
        about = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(about.st_mode) and about.st_ctime >= booted


def has(path, needles, limit=64 * 2**20):
    try:
        with open(path, "rb") as file:
            content = file.read(limit)
    except OSError:
        return False
    return any(needle in content for needle in needles)


def in_journal(needles):
    journal = subprocess.run(["journalctl", "-o", "cat", "--no-pager", "-a"], capture_output=True, check=True).stdout
    if b"cloud-init" not in journal:
        raise RuntimeError("the runner's user reads no journal: nothing can be said about it")
    return any(needle in journal for needle in needles)


def on_seed(needles):
    return any(has(path, needles) for path in glob.glob("/dev/sr[0-9]"))


def as_user(name, work):
    """Does the work in a process that has become the user, with the user's groups."""
    user = pwd.getpwnam(name)
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.initgroups(name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.write(writer, json.dumps(work()).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        return json.loads(pipe.read())


def owner_of(path):
    about = os.lstat(path)
    return f"{pwd.getpwuid(about.st_uid).pw_name} {stat.S_IMODE(about.st_mode):04o}"


def version_of(package):
    return output_of("dpkg-query", "--show", "--showformat", "${Version}", package).strip()


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL).stdout


def wait_for(path, seconds):
    deadline = time.monotonic() + seconds
    while not os.path.exists(path) and time.monotonic() < deadline:
        time.sleep(0.5)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


main()
