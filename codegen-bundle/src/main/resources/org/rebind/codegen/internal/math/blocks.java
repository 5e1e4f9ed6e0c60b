// Functions of float32 in double arithmetic alone, without bits, selections or calls, so that C2 makes vector code of the
// loops (LoopUnrollLimit lets it do so up to 60 nodes). Coefficients by src/main/math/fit.py, errors below 0.7 ulp.

/** e^x = (e^(x / 128))^128, as x beyond 104 is infinite or 0 in float32; by a polynomial, off by 0.15 of half an ulp after seven squarings. */
static void exp_block(float[] x, int n) {
    for (int i = 0; i < n; i++) {
        double r = Math.min(Math.max(x[i], -104.0f), 104.0f) * 0.0078125;
        double p = Math.fma(2.7146702584310935e-06, r, 2.5246566422947823e-05);
        p = Math.fma(p, r, 0.00019851000806392282);
        p = Math.fma(p, r, 0.0013886411111531155);
        p = Math.fma(p, r, 0.008333279837997452);
        p = Math.fma(p, r, 0.04166672208028102);
        p = Math.fma(p, r, 0.16666667681406608);
        p = Math.fma(p, r, 0.49999999577183224);
        p = Math.fma(p, r, 0.9999999994977181);
        p = Math.fma(p, r, 1.0000000000492186);
        p = p * p;
        p = p * p;
        p = p * p;
        p = p * p;
        p = p * p;
        p = p * p;
        x[i] = (float) (p * p);
    }
}

/** tanh(x) = x p(x^2) / q(x^2), as beyond 9.2 it is 1 in float32. */
static void tanh_block(float[] x, int n) {
    for (int i = 0; i < n; i++) {
        double y = Math.min(Math.max(x[i], -9.2f), 9.2f);
        double z = y * y;
        double p = Math.fma(-1.182464786767487e-11, z, 3.007054461722344e-08);
        p = Math.fma(p, z, 2.779261430711201e-05);
        p = Math.fma(p, z, 0.0038576613510698235);
        p = Math.fma(p, z, 0.13671399385414013);
        p = Math.fma(p, z, 0.9999999983726987);
        double q = Math.fma(1.272381715999906e-06, z, 0.00039198369129173413);
        q = Math.fma(q, z, 0.027206790194296646);
        q = Math.fma(q, z, 0.4700473115691314);
        q = Math.fma(q, z, 1.0);
        x[i] = (float) (y * p / q);
    }
}
