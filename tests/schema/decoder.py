"""What Fairlead says of documents: hundreds of them in one run of the program."""
import collections
import concurrent.futures
import json
import os
import re
import subprocess

AT_ONCE = 400
LINE = re.compile(r"^(?P<file>[^:\n]+):\d+:\d+: error: (?P<text>.*)$", re.MULTILINE)
# Between Apps, of which each document here has its own.
BETWEEN_APPS = re.compile(r"(DuplicateApp|NameTaken|PortConflict|SubnetOverlap): ")


class Decoder:
    """`root` is a folder to write in."""

    def __init__(self, program, root):
        self.program = os.path.abspath(program)
        self.root = root
        credentials = os.path.join(root, "credentials")
        os.makedirs(credentials, exist_ok=True)
        with open(os.path.join(credentials, "token"), "w", encoding="utf-8") as file:
            file.write("secret")
        os.makedirs(os.path.join(root, "empty"), exist_ok=True)
        # Every profile is active: what no profile has is decoded, but not all of it is checked.
        self.environment = {"PATH": os.environ["PATH"], "HOME": root, "XDG_STATE_HOME": root,
                            "CREDENTIALS_DIRECTORY": credentials,
                            "FAIRLEAD_ENV_COMPOSE_PROFILES": "*"}
        self.threads = concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2)

    def _validate(self, paths):
        done = subprocess.run([self.program, "validate", *paths], capture_output=True, text=True,
                              encoding="utf-8", cwd=self.root, env=self.environment)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"fairlead validate: {done.returncode}\n{done.stderr[-2000:]}")
        return done.stderr

    def errors(self, paths):
        """By path: what is wrong with the file, if anything is."""
        found = collections.defaultdict(list)
        batches = [paths[at:at + AT_ONCE] for at in range(0, len(paths), AT_ONCE)]
        for said in self.threads.map(self._validate, batches):
            for line in LINE.finditer(said):
                if not BETWEEN_APPS.search(line["text"]):
                    found[line["file"]].append(line["text"])
        return found

    def errors_one_by_one(self, paths):
        """Errors count wherever they stand: in a file that is read with this one, too."""
        said = self.threads.map(lambda path: self._validate([path]), paths)
        found = {path: [line["text"] for line in LINE.finditer(text)]
                 for path, text in zip(paths, said)}
        return {path: errors for path, errors in found.items() if errors}

    def policy_errors(self, paths):
        """The same for policies: the program stops at the first mistake, and reads one at a time."""
        def judge(path):
            done = subprocess.run(
                [self.program, "plan", "--offline", "--engine", "embedded", "--manifests", "empty",
                 "--policy", path], capture_output=True, text=True, cwd=self.root,
                env=self.environment)
            return [] if done.returncode == 0 else [done.stderr.strip().split(": error: ")[-1]]
        with concurrent.futures.ThreadPoolExecutor(24) as threads:
            return {path: errors for path, errors in zip(paths, threads.map(judge, paths)) if errors}


def write(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n---\n".join(json.dumps(each, ensure_ascii=False) for each in documents))
