# The tools' process: sshd on loopback, as uid tools. It gives a session nothing of its own environment, so what every
# program of the tools has here (CA, proxy, a GPU's variables) is handed on by name. It holds no secret.
import os

CONFIG = "/etc/nemoclaw/tools/sshd_config"
OF_THE_SESSION = {"HOME", "USER", "LOGNAME", "SHELL", "PWD", "OLDPWD", "SHLVL", "_"}


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


handed_on = [
    quoted(f"{name}={value}")
    for name, value in sorted(os.environ.items())
    if name not in OF_THE_SESSION and "\n" not in value
]
os.execv("/usr/sbin/sshd", ["/usr/sbin/sshd", "-D", "-e", "-f", CONFIG, "-o", "SetEnv=" + " ".join(handed_on)])
