// The parts of libnvrtc.so.13 and libcublas.so.13 that backend-cuda calls. The compiler takes any source without the word
// "wrong" and gives back what it was asked; the products are column-major, as BLAS has them.
#include <stdlib.h>
#include <string.h>
#include <string>

#define API extern "C" __attribute__((visibility("default")))

namespace {
struct Program { std::string source, name, log, result; };
struct Handle { int magic; void *stream, *workspace; size_t bytes; };
const int HANDLE = 0xb1a5;

template <typename T>
int gemm(int ta, int tb, int m, int n, int k, const T *alpha, const T *a, int lda, long sa, const T *b, int ldb, long sb,
         const T *beta, T *c, int ldc, long sc, int batch) {
    if (lda < (ta ? k : m) || ldb < (tb ? n : k) || ldc < m) return 7;
    for (int i = 0; i < batch; i++, a += sa, b += sb, c += sc) {
        for (int column = 0; column < n; column++) {
            for (int row = 0; row < m; row++) {
                double sum = 0;
                for (int q = 0; q < k; q++) {
                    sum += (double) a[ta ? row * lda + q : q * lda + row] * (double) b[tb ? q * ldb + column : column * ldb + q];
                }
                c[column * ldc + row] = (T) (*alpha * sum + (*beta == 0 ? 0 : *beta * c[column * ldc + row]));
            }
        }
    }
    return 0;
}
}

API int nvrtcVersion(int *major, int *minor) {
    *major = 13;
    *minor = 1;
    return 0;
}
API int nvrtcCreateProgram(Program **p, const char *source, const char *name, int headers, const char *const *, const char *const *) {
    *p = new Program{source, name, "", ""};
    return headers == 0 ? 0 : 3;
}
API int nvrtcCompileProgram(Program *p, int count, const char *const *options) {
    for (int i = 0; i < count; i++) p->result += std::string(options[i]) + "\n";
    p->result += p->name;
    bool wrong = p->source.find("wrong") != std::string::npos;
    p->log = wrong ? "x.cu(2): error: identifier \"wrong\" is undefined\n" : "";
    return wrong ? 6 : 0;
}
API int nvrtcGetCUBINSize(Program *p, size_t *size) {
    *size = p->result.size();
    return 0;
}
API int nvrtcGetCUBIN(Program *p, char *out) {
    memcpy(out, p->result.data(), p->result.size());
    return 0;
}
API int nvrtcGetProgramLogSize(Program *p, size_t *size) {
    *size = p->log.size() + 1;
    return 0;
}
API int nvrtcGetProgramLog(Program *p, char *out) {
    strcpy(out, p->log.c_str());
    return 0;
}
API int nvrtcDestroyProgram(Program **p) {
    delete *p;
    *p = nullptr;
    return 0;
}
API const char *nvrtcGetErrorString(int) { return "an error of the compiler"; }

API int cublasCreate_v2(void **h) {
    *h = new Handle{HANDLE, nullptr, nullptr, 0};
    return 0;
}
API int cublasDestroy_v2(Handle *h) {
    if (!h || h->magic != HANDLE) return 1;
    h->magic = 0;
    return 0;
}
API int cublasSetStream_v2(Handle *h, void *stream) {
    h->stream = stream;
    h->workspace = nullptr; // as the real one does
    return 0;
}
API int cublasSetWorkspace_v2(Handle *h, void *workspace, size_t bytes) {
    h->workspace = workspace;
    h->bytes = bytes;
    return (unsigned long) workspace % 256 == 0 ? 0 : 7;
}
API const char *cublasGetStatusString(int) { return "an error of the library"; }
API int cublasGemmStridedBatchedEx(Handle *h, int ta, int tb, int m, int n, int k, const void *alpha, const void *a, int at, int lda,
                                   long long sa, const void *b, int bt, int ldb, long long sb, const void *beta, void *c, int ct,
                                   int ldc, long long sc, int batch, int compute, int algorithm) {
    if (!h || h->magic != HANDLE || !h->stream || !h->workspace || h->bytes < 1 << 20 || algorithm != -1 || at != bt || at != ct) return 7;
    if (at == 0 && (compute == 68 || compute == 77)) {
        return gemm(ta, tb, m, n, k, (float *) alpha, (float *) a, lda, sa, (float *) b, ldb, sb, (float *) beta, (float *) c, ldc, sc, batch);
    }
    if (at == 1 && compute == 70) {
        return gemm(ta, tb, m, n, k, (double *) alpha, (double *) a, lda, sa, (double *) b, ldb, sb, (double *) beta, (double *) c, ldc, sc, batch);
    }
    return 15;
}
