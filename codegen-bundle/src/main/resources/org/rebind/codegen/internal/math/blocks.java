// Functions of float32 in small loops, each either arithmetic alone, which C2 makes vector code of (up to LoopUnrollLimit, 60 nodes),
// or bits alone, which it does not. Coefficients by src/main/math/fit.py; errors below 1 ulp (log), 1.7 (exp), 2.7 (tanh), 3.7 (erf).

/** e^x = (1 + p) 2^2k with k to the nearest of x / ln(4), as x beyond 104 is infinite or 0 in float32: 2^k is normal where 2^2k is not. */
static void exp_block(float[] x, float[] power, int n) {
    for (int i = 0; i < n; i++) {
        float y = Math.min(Math.max(x[i], -104.0f), 104.0f);
        float t = Math.fma(y, 0.7213475f, 1.2583039e7f);
        float k = t - 1.2583039e7f;
        float r = Math.fma(k, 3.8093082e-9f, Math.fma(k, -1.3862944f, y));
        float p = Math.fma(0.00019611552f, r, 0.0014104225f);
        p = Math.fma(p, r, 0.0083361f);
        p = Math.fma(p, r, 0.04166128f);
        p = Math.fma(p, r, 0.16666615f);
        p = Math.fma(p, r, 0.50000036f);
        x[i] = Math.fma(r * r, p, r);
        power[i] = t;
    }
    for (int i = 0; i < n; i++) {
        power[i] = Float.intBitsToFloat(Float.floatToRawIntBits(power[i]) << 23);
    }
    for (int i = 0; i < n; i++) {
        x[i] = Math.fma(x[i], power[i], power[i]) * power[i];
    }
}

/** tanh(x) = (2^k - 1 + (2^k + 1) v) / (2^k + 1 + (2^k - 1) v), v the tanh of what x is from k ln(2) / 2; the sign of 0 stays. */
static void tanh_block(float[] x, float[] power, int n) {
    for (int i = 0; i < n; i++) {
        float y = Math.min(Math.max(x[i], -9.5f), 9.5f);
        float t = Math.fma(y, 2.88539f, 1.2583039e7f);
        float k = t - 1.2583039e7f;
        float r = Math.fma(k, -0.3465736f, y);
        float z = r * r;
        float p = Math.fma(-0.052727982f, z, 0.13331188f);
        p = Math.fma(p, z, -0.33333322f);
        x[i] = Math.fma(p, z, 1.0f) * r;
        power[i] = t;
    }
    for (int i = 0; i < n; i++) {
        power[i] = Float.intBitsToFloat(Float.floatToRawIntBits(power[i]) << 23);
    }
    for (int i = 0; i < n; i++) {
        float more = power[i] + 1.0f;
        float less = 1.0f - power[i];
        x[i] = Math.fma(x[i], more, -less) / Math.fma(x[i], -less, more);
    }
}

/** erf(x) = tanh(x p(x^2)), as beyond 3.95 it is 1 in float32: what p is off by counts less, the nearer the result is to 1. */
static void erf_block(float[] x, float[] power, int n) {
    for (int i = 0; i < n; i++) {
        float y = Math.min(Math.max(x[i], -3.95f), 3.95f);
        float z = y * y;
        float p = Math.fma(-1.4857217e-9f, z, 4.9601567e-8f);
        p = Math.fma(p, z, -4.6939894e-7f);
        p = Math.fma(p, z, -2.095944e-6f);
        p = Math.fma(p, z, 7.710966e-5f);
        p = Math.fma(p, z, -0.00060449995f);
        p = Math.fma(p, z, -0.00020166599f);
        p = Math.fma(p, z, 0.102771215f);
        p = Math.fma(p, z, 1.1283792f);
        x[i] = y * p;
    }
    tanh_block(x, power, n);
}

/** log(2^k (1 + f)) as log_f has it; what is no positive number has its result in place of k. */
static void log_block(float[] x, float[] power, int n) {
    boolean rare = false;
    for (int i = 0; i < n; i++) {
        int b = Float.floatToRawIntBits(x[i]);
        if (b < 0x800000 || b >= 0x7f800000) {
            rare = true;
            if (b <= 0 || b >= 0x7f800000) {
                power[i] = x[i] == 0.0f ? Float.NEGATIVE_INFINITY : x[i] > 0.0f ? x[i] : Float.NaN;
                continue;
            }
            b = Float.floatToRawIntBits(x[i] * 3.3554432e7f) - (25 << 23);
        }
        int e = (b - 0x3f3504f3) >> 23;
        x[i] = Float.intBitsToFloat(b - (e << 23));
        power[i] = Float.intBitsToFloat(e + 0x4b400000) - 1.2582912e7f;
    }
    for (int i = 0; i < n; i++) {
        float k = power[i];
        float f = x[i] - 1.0f;
        float z = f * f;
        float p = Math.fma(-0.062015f, f, 0.105308644f);
        p = Math.fma(p, f, -0.10646192f);
        p = Math.fma(p, f, 0.11037783f);
        p = Math.fma(p, f, -0.124507435f);
        p = Math.fma(p, f, 0.14286524f);
        p = Math.fma(p, f, -0.16668001f);
        p = Math.fma(p, f, 0.2000001f);
        p = Math.fma(p, f, -0.2499999f);
        p = Math.fma(p, f, 0.33333334f);
        float y = Math.fma(z, -0.5f, Math.fma(f * z, p, k * -0.00021219444f));
        x[i] = Math.fma(k, 0.6933594f, f + y);
    }
    if (rare) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.abs(power[i]) < 1000.0f ? x[i] : power[i];
        }
    }
}
