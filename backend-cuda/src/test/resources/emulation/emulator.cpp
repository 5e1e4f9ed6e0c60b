// Runs kernels compiled for the host: the threads of a block as fibers that change over at barriers and shuffles, in an
// order that differs from launch to launch. Not thread-safe: the pretend driver is synchronized.
#include <dlfcn.h>
#include <jni.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Puts the callee's registers and stack aside and goes on where another fiber stopped (System V x86-64).
extern "C" void emulator_switch(void **aside, void *to);
asm(".globl emulator_switch\n.hidden emulator_switch\nemulator_switch:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp, (%rdi)\nmov %rsi, %rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n");

namespace {
struct Dim3 { unsigned x, y, z; };
struct Emulator {
    Dim3 thread, block, threads, blocks;
    void (*barrier)();
    void *(*exchange)(const void *value, int bytes, int lane);
    void (*report)(const char *what, unsigned line);
};

const int MOST_THREADS = 1024, WARP = 32, STACK = 128 << 10, MOST_ARGUMENTS = 64;
enum State { READY, AT_BARRIER, AT_SHUFFLE, DONE };
struct Fiber { void *at; };

Emulator emulator;
char message[256];
void *scheduler;
Fiber fibers[MOST_THREADS];
int idle[MOST_THREADS], idleCount, fiberCount;
int fiberOf[MOST_THREADS];
State state[MOST_THREADS];
int exchanges[MOST_THREADS];
char values[2][MOST_THREADS][8];
int current; // thread that runs now
void *function;
long arguments[MOST_ARGUMENTS];

void report(const char *what, unsigned line) {
    if (!message[0]) {
        snprintf(message, sizeof message, "%s in line %u (block %u, thread %d)", what, line, emulator.block.x, current);
    }
}

void call() {
    long *a = arguments;
    // integers and pointers alike take one register or stack word; more than the kernel has are ignored
    ((void (*)(long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long,
               long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long,
               long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long, long,
               long, long, long, long, long, long, long, long, long, long)) function)(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16], a[17],
        a[18], a[19], a[20], a[21], a[22], a[23], a[24], a[25], a[26], a[27], a[28], a[29], a[30], a[31], a[32], a[33], a[34],
        a[35], a[36], a[37], a[38], a[39], a[40], a[41], a[42], a[43], a[44], a[45], a[46], a[47], a[48], a[49], a[50], a[51],
        a[52], a[53], a[54], a[55], a[56], a[57], a[58], a[59], a[60], a[61], a[62], a[63]);
}

void leave() { emulator_switch(&fibers[fiberOf[current]].at, scheduler); }

/** A fiber runs one thread after the other for as long as they do not wait. */
void body() {
    for (;;) {
        call();
        state[current] = DONE;
        leave();
    }
}

void wait(State why) {
    state[current] = why;
    leave();
}

void barrier() { wait(AT_BARRIER); }

void *exchange(const void *value, int bytes, int lane) {
    int buffer = exchanges[current]++ & 1;
    int warp = current / WARP * WARP;
    memcpy(values[buffer][current], value, bytes);
    wait(AT_SHUFFLE);
    return values[buffer][warp + lane];
}

void run(int thread) {
    current = thread;
    emulator.thread.x = thread;
    if (fiberOf[thread] < 0) {
        fiberOf[thread] = idleCount > 0 ? idle[--idleCount] : fiberCount++;
    }
    Fiber &f = fibers[fiberOf[thread]];
    if (!f.at) {
        char *top = (char *) mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) + STACK;
        void **start = (void **) (top - 128); // six registers, then where to go
        start[6] = (void *) body;
        f.at = start;
    }
    emulator_switch(&scheduler, f.at);
    if (state[current] == DONE) {
        idle[idleCount++] = fiberOf[current];
    }
}

int count(int from, int n, State s) {
    int k = 0;
    for (int t = from; t < from + n; t++) {
        k += state[t] == s;
    }
    return k;
}

/** Lets whoever waits for all others go on. @return threads that run now, 0 at the end, -1 if some wait forever */
int release(int n) {
    int released = 0;
    for (int w = 0; w < n; w += WARP) {
        if (count(w, WARP, AT_SHUFFLE) == WARP) {
            for (int t = w; t < w + WARP; t++) state[t] = READY;
            released += WARP;
        }
    }
    if (released == 0 && count(0, n, AT_BARRIER) == n) {
        for (int t = 0; t < n; t++) state[t] = READY;
        released = n;
    }
    return released > 0 ? released : count(0, n, DONE) == n ? 0 : -1;
}

void block(int n, bool backwards) {
    for (int t = 0; t < n; t++) {
        state[t] = READY;
        fiberOf[t] = -1;
        exchanges[t] = 0;
    }
    int running = n;
    while (running > 0) {
        for (int k = 0; k < n; k++) {
            int t = backwards ? n - 1 - k : k;
            if (state[t] == READY) run(t);
        }
        running = release(n);
        backwards = !backwards;
    }
    if (running < 0) {
        snprintf(message, sizeof message, "block %u: of %d threads %d wait at a barrier, %d at a shuffle and %d have ended",
                 emulator.block.x, n, count(0, n, AT_BARRIER), count(0, n, AT_SHUFFLE), count(0, n, DONE));
        memset(fibers, 0, sizeof fibers); // those that wait are lost, stacks and all
        idleCount = fiberCount = 0;
    }
}

int launches;
const int GUARD = 256;
}

#define NATIVE(type, name) extern "C" JNIEXPORT type JNICALL Java_org_rebind_backend_cuda_internal_EmulatedGpu_##name

NATIVE(jlong, open)(JNIEnv *env, jclass, jstring path) {
    const char *p = env->GetStringUTFChars(path, 0);
    void *library = dlopen(p, RTLD_NOW | RTLD_LOCAL);
    env->ReleaseStringUTFChars(path, p);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
    emulator.barrier = barrier;
    emulator.exchange = exchange;
    emulator.report = report;
    ((void (*)(Emulator *)) dlsym(library, "emulator_attach"))(&emulator);
    return (jlong) library;
}

NATIVE(void, shut)(JNIEnv *, jclass, jlong library) { dlclose((void *) library); }

NATIVE(jlong, symbol)(JNIEnv *env, jclass, jlong library, jstring name) {
    const char *n = env->GetStringUTFChars(name, 0);
    void *s = dlsym((void *) library, n);
    env->ReleaseStringUTFChars(name, n);
    return (jlong) s;
}

/** Runs a grid. Returns what went wrong, null if nothing did. */
NATIVE(jstring, runGrid)(JNIEnv *env, jclass, jlong entry, jint blocks, jint threads, jlongArray args) {
    int n = env->GetArrayLength(args);
    if (n > MOST_ARGUMENTS || threads > MOST_THREADS || threads % WARP != 0) {
        return env->NewStringUTF("more arguments or threads than the emulator takes");
    }
    env->GetLongArrayRegion(args, 0, n, (jlong *) arguments);
    function = (void *) entry;
    message[0] = 0;
    emulator.threads = {(unsigned) threads, 1, 1};
    emulator.blocks = {(unsigned) blocks, 1, 1};
    bool backwards = launches++ & 1;
    for (int b = 0; b < blocks && !message[0]; b++) {
        emulator.block = {(unsigned) (backwards ? blocks - 1 - b : b), 0, 0};
        block(threads, backwards ^ (b & 1));
    }
    return message[0] ? env->NewStringUTF(message) : nullptr;
}

/** Memory that starts as NaN, between two guards. */
NATIVE(jlong, take)(JNIEnv *, jclass, jlong bytes) {
    char *p = (char *) aligned_alloc(256, (bytes + 2 * GUARD + 255) / 256 * 256);
    memset(p, 0xa5, GUARD);
    memset(p + GUARD, 0xff, bytes);
    memset(p + GUARD + bytes, 0xa5, GUARD);
    return (jlong) (p + GUARD);
}

/** Whether nobody wrote outside. */
NATIVE(jboolean, give)(JNIEnv *, jclass, jlong address, jlong bytes) {
    unsigned char *p = (unsigned char *) address - GUARD;
    bool intact = true;
    for (int i = 0; i < GUARD; i++) {
        intact &= p[i] == 0xa5 && p[GUARD + bytes + i] == 0xa5;
    }
    free(p);
    return intact;
}

NATIVE(void, move)(JNIEnv *, jclass, jlong to, jlong from, jlong bytes) { memcpy((void *) to, (void *) from, bytes); }

NATIVE(void, clear)(JNIEnv *, jclass, jlong to, jlong bytes) { memset((void *) to, 0, bytes); }

NATIVE(void, in)(JNIEnv *env, jclass, jlong to, jobject array, jint from, jint bytes) {
    char *a = (char *) env->GetPrimitiveArrayCritical((jarray) array, 0);
    memcpy((void *) to, a + from, bytes);
    env->ReleasePrimitiveArrayCritical((jarray) array, a, JNI_ABORT);
}

NATIVE(void, out)(JNIEnv *env, jclass, jlong from, jobject array, jint to, jint bytes) {
    char *a = (char *) env->GetPrimitiveArrayCritical((jarray) array, 0);
    memcpy(a + to, (void *) from, bytes);
    env->ReleasePrimitiveArrayCritical((jarray) array, a, 0);
}

namespace {
template <typename T, typename S>
void gemm(bool ta, bool tb, long m, long n, long k, const T *a, long lda, const T *b, long ldb, T *c, long ldc) {
    for (long i = 0; i < m; i++) {
        for (long j = 0; j < n; j++) {
            S sum = 0;
            for (long q = 0; q < k; q++) {
                sum += (S) a[ta ? q * lda + i : i * lda + q] * (S) b[tb ? j * ldb + q : q * ldb + j];
            }
            c[i * ldc + j] = (T) sum;
        }
    }
}
}

/** A row-major product of float32 (width 4) or float64 (width 8), as the library's. */
NATIVE(void, product)(JNIEnv *, jclass, jint width, jboolean ta, jboolean tb, jint m, jint n, jint k, jlong a, jint lda,
                       jlong b, jint ldb, jlong c, jint ldc) {
    if (width == 4) {
        gemm<float, double>(ta, tb, m, n, k, (float *) a, lda, (float *) b, ldb, (float *) c, ldc);
    } else {
        gemm<double, double>(ta, tb, m, n, k, (double *) a, lda, (double *) b, ldb, (double *) c, ldc);
    }
}
