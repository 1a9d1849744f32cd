"""What Fairlead says of documents: hundreds of them in one run of the program."""
import collections
import concurrent.futures
import json
import os
import re
import subprocess

AT_ONCE = 100
LINE = re.compile(r"^(?P<file>[^:\n]+):\d+:\d+: error: (?P<text>.*)$", re.MULTILINE)
# Between Apps, of which each document here has its own; and what a policy is for.
BETWEEN_APPS = re.compile(r"(DuplicateApp|NameTaken|PortConflict|SubnetOverlap|PolicyDenied): ")


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

    def _judge(self, paths):
        """What is wrong with each; a mistake in a file that they read is found by halves."""
        found = collections.defaultdict(list)
        for line in LINE.finditer(self._validate(paths)):
            if not BETWEEN_APPS.search(line["text"]):
                found[line["file"]].append(line["text"])
        if len(paths) == 1:
            return {paths[0]: sum(found.values(), [])}
        if set(found) <= set(paths):
            return found
        half = len(paths) // 2
        return {**self._judge(paths[:half]), **self._judge(paths[half:])}

    def _judge_texts(self, batch):
        """Files that are there only as long as they are needed: tens of thousands take time."""
        for path, several in batch:
            write(path, several)
        found = self._judge([path for path, _ in batch])
        for path, _ in batch:
            os.remove(path)
        return {path: errors for path, errors in found.items() if errors}

    def errors(self, texts):
        """Of (path, documents) each: by path, what is wrong with such a file, if anything is."""
        found = {}
        batches = [texts[at:at + AT_ONCE] for at in range(0, len(texts), AT_ONCE)]
        for some in self.threads.map(self._judge_texts, batches):
            found.update(some)
        return found

    def errors_of_files(self, paths):
        return {path: errors for path, errors in self._judge(paths).items() if errors}

    def policy_errors(self, texts):
        """The same for policies: the program stops at the first mistake, and reads one at a time."""
        def judge(text):
            path = text[0]
            write(*text)
            done = subprocess.run(
                [self.program, "plan", "--offline", "--engine", "embedded", "--manifests", "empty",
                 "--policy", path], capture_output=True, text=True, cwd=self.root,
                env=self.environment)
            return path, [] if done.returncode == 0 else [done.stderr.split(": error: ")[-1]]
        with concurrent.futures.ThreadPoolExecutor(24) as threads:
            return {path: errors for path, errors in threads.map(judge, texts) if errors}


def write(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n---\n".join(json.dumps(each, ensure_ascii=False) for each in documents))
