/**
 * The proof program: Node has no FFI, and `nvidia-smi` need not be there. One line of JSON on stdout, exit 0 whatever
 * it finds: `dlopen` is `ok` or the loader's words, `cuInit` the driver's code or null, `devices` the nodes that
 * opened, `refused` those that did not, `comm` is `ok` or the errno of a write that CUDA itself does at start.
 */
export const GPU_PROOF_SOURCE = String.raw`#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void print_string(const char *text) {
  putchar('"');
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\') printf("\\%c", *c);
    else if (*c < 0x20) printf("\\u%04x", *c);
    else putchar(*c);
  }
  putchar('"');
}

static const char *NODES[] = {"/dev/nvidia[0-9]*", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools",
  "/dev/nvidia-modeset", "/dev/nvidia-caps/*", "/dev/nvmap", "/dev/nvhost-*", "/dev/nvgpu/*/*", "/dev/dxg"};

static void print_devices(void) {
  glob_t found = {0};
  for (size_t i = 0; i < sizeof NODES / sizeof *NODES; i++) glob(NODES[i], i ? GLOB_APPEND : 0, NULL, &found);
  int errors[found.gl_pathc + 1];
  int first = 1;
  printf("\"devices\":[");
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct stat node;
    errors[i] = -1;
    if (stat(found.gl_pathv[i], &node) || !S_ISCHR(node.st_mode)) continue;
    int fd = open(found.gl_pathv[i], O_RDWR | O_CLOEXEC | O_NONBLOCK);
    errors[i] = fd < 0 ? errno : 0;
    if (fd < 0) continue;
    close(fd);
    if (!first) putchar(',');
    print_string(found.gl_pathv[i]);
    first = 0;
  }
  printf("],\"refused\":[");
  first = 1;
  for (size_t i = 0; i < found.gl_pathc; i++) {
    if (errors[i] <= 0) continue;
    if (!first) putchar(',');
    printf("{\"path\":");
    print_string(found.gl_pathv[i]);
    printf(",\"error\":");
    print_string(strerrorname_np(errors[i]));
    putchar('}');
    first = 0;
  }
  printf("]");
  globfree(&found);
}

static const char *write_comm(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%ld/comm", (long)syscall(SYS_gettid));
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return strerrorname_np(errno);
  const char *result = write(fd, "gpu-proof", 9) == 9 ? "ok" : strerrorname_np(errno);
  close(fd);
  return result;
}

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  printf("{\"uid\":%d,\"gid\":%d,\"comm\":", getuid(), getgid());
  print_string(write_comm());
  putchar(',');
  print_devices();
  /* Last, since a driver may take the process down with it: what was learned so far is out by then. */
  fflush(stdout);
  void *cuda = dlopen("libcuda.so.1", RTLD_NOW);
  const char *why = cuda ? "ok" : dlerror();
  printf(",\"dlopen\":");
  print_string(why ? why : "unknown");
  int (*init)(unsigned int) = cuda ? (int (*)(unsigned int))dlsym(cuda, "cuInit") : NULL;
  if (init) printf(",\"cuInit\":%d}\n", init(0));
  else printf(",\"cuInit\":null}\n");
  return 0;
}
`;
