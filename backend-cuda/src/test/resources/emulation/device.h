// What printed CUDA C finds on a device, for a C++ compiler of the host: ids, shared memory, barriers, shuffles, half
// types and checks of alignment, bounds and arithmetic. emulator.cpp runs the threads of a block.
struct Dim3 { unsigned x, y, z; };
struct Emulator {
    Dim3 thread, block, threads, blocks;
    void (*barrier)();
    void *(*exchange)(const void *value, int bytes, int lane); // every lane of a warp puts a value; that of one comes back
    void (*report)(const char *what, unsigned line);
};
static Emulator *emulator;
extern "C" __attribute__((visibility("default"))) void emulator_attach(Emulator *e) { emulator = e; }

#define __global__ __attribute__((visibility("default")))
#define __device__ static inline
#define __shared__ static
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(n)
#define threadIdx (emulator->thread)
#define blockIdx (emulator->block)
#define blockDim (emulator->threads)
#define gridDim (emulator->blocks)
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define __syncthreads() emulator->barrier()

template <typename T> static inline T __shfl_xor_sync(unsigned mask, T value, int distance) {
    if (mask != 0xffffffffu) emulator->report("a shuffle of part of a warp", 0);
    return *(T *) emulator->exchange(&value, sizeof(T), (int) (emulator->thread.x % 32) ^ distance);
}
static inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
static inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
static inline int min(int a, int b) { return b < a ? b : a; }
static inline int max(int a, int b) { return a < b ? b : a; }
static inline long long min(long long a, long long b) { return b < a ? b : a; }
static inline long long max(long long a, long long b) { return a < b ? b : a; }
static inline bool isnan(float x) { return x != x; }
static inline bool isnan(double x) { return x != x; }

#define ONE(name) extern "C" float name##f(float); extern "C" double name(double); \
    static inline float name(float x) { return name##f(x); }
#define TWO(name) extern "C" float name##f(float, float); extern "C" double name(double, double); \
    static inline float name(float x, float y) { return name##f(x, y); }
ONE(exp) ONE(expm1) ONE(log) ONE(log1p) ONE(sqrt) ONE(sin) ONE(cos) ONE(tan) ONE(asin) ONE(acos) ONE(atan) ONE(sinh)
ONE(cosh) ONE(tanh) ONE(atanh) ONE(erf) ONE(floor) ONE(ceil) ONE(trunc) ONE(rint) ONE(fabs)
TWO(pow) TWO(atan2) TWO(fmod) TWO(copysign)
extern "C" float fmaf(float, float, float);
extern "C" double fma(double, double, double);

/** Bits of the nearest float16, ties to even. */
static inline unsigned short emulated_to_half(float x) {
    unsigned bits = __builtin_bit_cast(unsigned, x), sign = bits >> 16 & 0x8000, a = bits & 0x7fffffff;
    if (a > 0x7f800000) return (unsigned short) (sign | 0x7fff); // as the device: one NaN
    if (a >= 0x477ff000) return (unsigned short) (sign | 0x7c00);
    if (a < 0x38800000) { // the float unit rounds at the subnormals' last bit
        float magic = __builtin_bit_cast(float, a) + 0.5f;
        return (unsigned short) (sign | (__builtin_bit_cast(unsigned, magic) - 0x3f000000));
    }
    return (unsigned short) (sign | (((a + 0xfff + (a >> 13 & 1)) >> 13) - (112 << 10)));
}
static inline float emulated_from_half(unsigned short h) {
    unsigned e = h >> 10 & 31, m = h & 1023;
    float x = e == 0 ? (float) m * 0x1p-24f : __builtin_bit_cast(float, (e == 31 ? 255u : e + 112) << 23 | m << 13);
    return h & 0x8000 ? -x : x;
}

// What the compiler's checks call (-fsanitize, without its library).
struct Place { const char *file; unsigned line, column; };
#define CHECK(name, parameters, what) extern "C" __attribute__((visibility("hidden"), used)) void __ubsan_handle_##name parameters { \
    emulator->report(what, ((Place *) p)->line); }
CHECK(type_mismatch_v1, (void *p, void *), "a misaligned access")
CHECK(out_of_bounds, (void *p, void *), "an index outside its array")
CHECK(divrem_overflow, (void *p, void *, void *), "an integer division by zero, or overflow of one")
CHECK(shift_out_of_bounds, (void *p, void *, void *), "a shift by too much")
CHECK(add_overflow, (void *p, void *, void *), "overflow of an addition")
CHECK(sub_overflow, (void *p, void *, void *), "overflow of a subtraction")
CHECK(mul_overflow, (void *p, void *, void *), "overflow of a multiplication")
CHECK(negate_overflow, (void *p, void *), "overflow of a negation")
#line 1 "kernels.cu"
