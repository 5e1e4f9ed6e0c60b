// Functions of float32 in small loops, each either arithmetic alone, which C2 makes vector code of (up to LoopUnrollLimit, 60 nodes),
// or bits alone, which it does not. Coefficients by src/main/math/fit.py; errors below 1.7 ulp (exp) and 2.7 ulp (tanh).

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
