// The part of libcuda.so.1 that backend-cuda calls, over the emulator: what the calls' arguments must be is checked, so that a
// wrong one, or one passed in the wrong way, is found without a device. Everything runs when it is submitted.
#include "emulator.cpp"

#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace {
enum { SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_IMAGE = 200, INVALID_HANDLE = 400, NOT_FOUND = 500, LAUNCH_FAILED = 719 };
const unsigned long MEMORY = 256ul << 20;
struct Launch { void *function; int blocks, threads; std::vector<long> arguments; };
struct Object { int kind; };
struct Stream { int kind; bool capturing; std::vector<Launch> captured; };
struct Function { int kind; void *entry; int parameters; };
struct Graph { int kind; std::vector<Launch> launches; };
struct Module { int kind; void *library; };
enum { STREAM = 0x5701, EVENT, MODULE, FUNCTION, GRAPH, EXECUTABLE, CONTEXT, POOL };
Object context = {CONTEXT}, pool = {POOL};
int contexts;
unsigned long used;
std::vector<std::pair<char *, size_t>> allocations;

template <typename T> bool is(T *t, int kind) { return t && t->kind == kind; }

int launch(const Launch &l) {
    function = l.function;
    memcpy(arguments, l.arguments.data(), l.arguments.size() * sizeof(long));
    message[0] = 0;
    emulator.threads = {(unsigned) l.threads, 1, 1};
    emulator.blocks = {(unsigned) l.blocks, 1, 1};
    for (int b = 0; b < l.blocks && !message[0]; b++) {
        emulator.block = {(unsigned) b, 0, 0};
        block(l.threads, b & 1);
    }
    if (message[0]) fprintf(stderr, "%s\n", message);
    return message[0] ? LAUNCH_FAILED : SUCCESS;
}

bool inside(unsigned long address, size_t bytes) {
    for (auto &a : allocations) {
        if (address >= (unsigned long) a.first && address + bytes <= (unsigned long) a.first + a.second) return true;
    }
    return false;
}
}

#define API extern "C" __attribute__((visibility("default"))) int
#define NEED(condition, otherwise) if (!(condition)) return otherwise

API cuInit(unsigned flags) { return flags == 0 ? SUCCESS : INVALID_VALUE; }
API cuDriverGetVersion(int *v) { *v = 13000; return SUCCESS; }
API cuDeviceGetCount(int *n) { *n = 1; return SUCCESS; }
API cuDeviceGetName(char *name, int length, int device) {
    NEED(device == 0 && length >= 32, INVALID_VALUE);
    strcpy(name, "A library's GPU");
    return SUCCESS;
}
API cuDeviceGetAttribute(int *v, int attribute, int device) {
    NEED(device == 0, INVALID_VALUE);
    *v = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 2 : attribute == 8 ? 48 << 10 : 1;
    return SUCCESS;
}
API cuDeviceTotalMem_v2(size_t *bytes, int) { *bytes = MEMORY; return SUCCESS; }
API cuDevicePrimaryCtxRetain(void **c, int device) { contexts++; *c = &context; return device == 0 ? SUCCESS : INVALID_VALUE; }
API cuDevicePrimaryCtxRelease_v2(int) { return --contexts >= 0 ? SUCCESS : INVALID_VALUE; }
API cuCtxSetCurrent(Object *c) { return is(c, CONTEXT) && contexts > 0 ? SUCCESS : INVALID_HANDLE; }
API cuDeviceGetDefaultMemPool(void **p, int device) { *p = &pool; return device == 0 ? SUCCESS : INVALID_VALUE; }
API cuMemPoolSetAttribute(Object *p, int attribute, unsigned long *value) {
    return is(p, POOL) && attribute == 4 && *value <= MEMORY ? SUCCESS : INVALID_VALUE;
}
API cuMemPoolTrimTo(Object *p, size_t keep) { return is(p, POOL) && keep == 0 ? SUCCESS : INVALID_VALUE; }
API cuStreamCreate(void **s, unsigned flags) { *s = new Stream{STREAM, false, {}}; return flags == 1 ? SUCCESS : INVALID_VALUE; }
API cuStreamDestroy_v2(Stream *s) {
    NEED(is(s, STREAM), INVALID_HANDLE);
    s->kind = 0;
    return SUCCESS;
}
API cuStreamSynchronize(Stream *s) { return is(s, STREAM) && !s->capturing ? SUCCESS : INVALID_HANDLE; }
API cuEventCreate(void **e, unsigned flags) { *e = new Object{EVENT}; return flags == 2 ? SUCCESS : INVALID_VALUE; }
API cuEventDestroy_v2(Object *e) {
    NEED(is(e, EVENT), INVALID_HANDLE);
    e->kind = 0;
    return SUCCESS;
}
API cuEventRecord(Object *e, Stream *s) { return is(e, EVENT) && is(s, STREAM) ? SUCCESS : INVALID_HANDLE; }
API cuEventSynchronize(Object *e) { return is(e, EVENT) ? SUCCESS : INVALID_HANDLE; }
API cuStreamWaitEvent(Stream *s, Object *e, unsigned flags) { return is(e, EVENT) && is(s, STREAM) && flags == 0 ? SUCCESS : INVALID_HANDLE; }
API cuMemAllocAsync(unsigned long *address, size_t bytes, Stream *s) {
    NEED(is(s, STREAM) && bytes > 0, INVALID_VALUE);
    NEED(used + bytes <= MEMORY, OUT_OF_MEMORY);
    char *p = (char *) aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset(p, 0xff, bytes);
    used += bytes;
    allocations.push_back({p, bytes});
    *address = (unsigned long) p;
    return SUCCESS;
}
API cuMemFreeAsync(unsigned long address, Stream *s) {
    NEED(is(s, STREAM), INVALID_HANDLE);
    for (size_t i = 0; i < allocations.size(); i++) {
        if ((unsigned long) allocations[i].first == address) {
            used -= allocations[i].second;
            free(allocations[i].first);
            allocations.erase(allocations.begin() + i);
            return SUCCESS;
        }
    }
    return INVALID_VALUE;
}
API cuMemAllocHost_v2(void **p, size_t bytes) { *p = malloc(bytes); return SUCCESS; }
API cuMemFreeHost(void *p) { free(p); return SUCCESS; }
API cuMemcpyHtoDAsync_v2(unsigned long to, const void *from, size_t bytes, Stream *s) {
    NEED(is(s, STREAM) && inside(to, bytes), INVALID_VALUE);
    memcpy((void *) to, from, bytes);
    return SUCCESS;
}
API cuMemcpyDtoHAsync_v2(void *to, unsigned long from, size_t bytes, Stream *s) {
    NEED(is(s, STREAM) && inside(from, bytes), INVALID_VALUE);
    memcpy(to, (void *) from, bytes);
    return SUCCESS;
}
API cuMemsetD8Async(unsigned long to, unsigned char value, size_t bytes, Stream *s) {
    NEED(is(s, STREAM) && inside(to, bytes), INVALID_VALUE);
    memset((void *) to, value, bytes);
    return SUCCESS;
}
API cuModuleLoadData(void **m, const unsigned char *image) {
    NEED(image[0] == 0x7f && image[1] == 'E', INVALID_IMAGE);
    size_t size = *(unsigned long *) (image + 0x28) + *(unsigned short *) (image + 0x3a) * *(unsigned short *) (image + 0x3c);
    char path[] = "/tmp/rebind-module-XXXXXX"; // each its own: the loader knows libraries by their path
    int file = mkstemp(path);
    NEED(write(file, image, size) == (ssize_t) size, INVALID_IMAGE);
    close(file);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    unlink(path);
    NEED(library, INVALID_IMAGE);
    emulator.barrier = barrier;
    emulator.exchange = exchange;
    emulator.report = report;
    ((void (*)(Emulator *)) dlsym(library, "emulator_attach"))(&emulator);
    *m = new Module{MODULE, library};
    return SUCCESS;
}
API cuModuleUnload(Module *m) {
    NEED(is(m, MODULE), INVALID_HANDLE);
    m->kind = 0;
    return SUCCESS;
}
API cuModuleGetFunction(void **f, Module *m, const char *name) {
    NEED(is(m, MODULE), INVALID_HANDLE);
    void *entry = dlsym(m->library, name);
    int *parameters = (int *) dlsym(m->library, (std::string(name) + "_parameters").c_str());
    NEED(entry && parameters, NOT_FOUND);
    *f = new Function{FUNCTION, entry, *parameters};
    return SUCCESS;
}
API cuLaunchKernel(Function *f, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned ty, unsigned tz, unsigned shared, Stream *s,
                   void **parameters, void **extra) {
    NEED(is(f, FUNCTION) && is(s, STREAM), INVALID_HANDLE);
    NEED(x > 0 && y == 1 && z == 1 && tx == 256 && ty == 1 && tz == 1 && shared == 0 && !extra, INVALID_VALUE);
    Launch l = {f->entry, (int) x, (int) tx, {}};
    for (int i = 0; i < f->parameters; i++) {
        l.arguments.push_back(*(long *) parameters[i]); // an int is in the lower half
    }
    if (!s->capturing) return launch(l);
    s->captured.push_back(l);
    return SUCCESS;
}
API cuStreamBeginCapture_v2(Stream *s, int mode) {
    NEED(is(s, STREAM) && !s->capturing && mode == 1, INVALID_VALUE);
    s->capturing = true;
    s->captured.clear();
    return SUCCESS;
}
API cuStreamEndCapture(Stream *s, void **g) {
    NEED(is(s, STREAM) && s->capturing, INVALID_VALUE);
    s->capturing = false;
    *g = new Graph{GRAPH, s->captured};
    return SUCCESS;
}
API cuGraphInstantiateWithFlags(void **e, Graph *g, unsigned long flags) {
    NEED(is(g, GRAPH) && flags == 0, INVALID_VALUE);
    *e = new Graph{EXECUTABLE, g->launches};
    return SUCCESS;
}
API cuGraphDestroy(Graph *g) {
    NEED(is(g, GRAPH), INVALID_HANDLE);
    g->kind = 0;
    return SUCCESS;
}
API cuGraphExecDestroy(Graph *g) {
    NEED(is(g, EXECUTABLE), INVALID_HANDLE);
    g->kind = 0;
    return SUCCESS;
}
API cuGraphLaunch(Graph *g, Stream *s) {
    NEED(is(g, EXECUTABLE) && is(s, STREAM), INVALID_HANDLE);
    for (auto &l : g->launches) {
        int result = launch(l);
        NEED(result == SUCCESS, result);
    }
    return SUCCESS;
}
API cuGetErrorName(int result, const char **name) {
    *name = result == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : result == INVALID_VALUE ? "CUDA_ERROR_INVALID_VALUE"
            : result == INVALID_IMAGE ? "CUDA_ERROR_INVALID_IMAGE" : result == INVALID_HANDLE ? "CUDA_ERROR_INVALID_HANDLE"
            : result == NOT_FOUND ? "CUDA_ERROR_NOT_FOUND" : result == LAUNCH_FAILED ? "CUDA_ERROR_LAUNCH_FAILED" : nullptr;
    return *name ? SUCCESS : INVALID_VALUE;
}
