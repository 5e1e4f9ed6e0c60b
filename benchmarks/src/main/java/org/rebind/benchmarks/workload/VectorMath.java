package org.rebind.benchmarks.workload;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Functions on vectors, as a programmer without a library would write them: short polynomials, a few units in the last place. */
final class VectorMath {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    private VectorMath() {
    }

    /** Six-term polynomial after reduction by ln 2 (Cephes expf). */
    static FloatVector exp(FloatVector x) {
        FloatVector clamped = x.min(88.7f).max(-87.3f);
        FloatVector t = clamped.mul(1.44269504f).add(12582912f);
        FloatVector k = t.sub(12582912f);
        FloatVector r = k.fma(FloatVector.broadcast(F, -0.6931472f), clamped).sub(k.mul(-1.9046542e-9f));
        FloatVector p = FloatVector.broadcast(F, 0.00019890991f);
        p = p.fma(r, FloatVector.broadcast(F, 0.001393365f));
        p = p.fma(r, FloatVector.broadcast(F, 0.0083333105f));
        p = p.fma(r, FloatVector.broadcast(F, 0.041666467f));
        p = p.fma(r, FloatVector.broadcast(F, 0.16666667f));
        p = p.fma(r, FloatVector.broadcast(F, 0.5f));
        p = p.fma(r.mul(r), r).add(1f);
        return p.reinterpretAsInts().add(t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector e = exp(x.min(9.5f).max(-9.5f).mul(-2f));
        return FloatVector.broadcast(F, 1f).sub(e).div(e.add(1f));
    }

    /** Of positive normal numbers (Cephes logf, mantissa around 1). */
    static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector shifted = bits.sub(0x3f3504f3);
        IntVector exponent = shifted.lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
        FloatVector e = (FloatVector) exponent.convertShape(VectorOperators.I2F, F, 0);
        FloatVector z = m.mul(m);
        FloatVector p = FloatVector.broadcast(F, 7.0376836292e-2f);
        p = p.fma(m, FloatVector.broadcast(F, -1.1514610310e-1f));
        p = p.fma(m, FloatVector.broadcast(F, 1.1676998740e-1f));
        p = p.fma(m, FloatVector.broadcast(F, -1.2420140846e-1f));
        p = p.fma(m, FloatVector.broadcast(F, 1.4249322787e-1f));
        p = p.fma(m, FloatVector.broadcast(F, -1.6668057665e-1f));
        p = p.fma(m, FloatVector.broadcast(F, 2.0000714765e-1f));
        p = p.fma(m, FloatVector.broadcast(F, -2.4999993993e-1f));
        p = p.fma(m, FloatVector.broadcast(F, 3.3333331174e-1f));
        FloatVector y = p.mul(m).mul(z).sub(z.mul(0.5f)).add(m);
        return e.fma(FloatVector.broadcast(F, 0.6931472f), y);
    }

    /** Abramowitz and Stegun 7.1.26, absolute error 1.5e-7. */
    static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector t = FloatVector.broadcast(F, 1f).div(a.fma(FloatVector.broadcast(F, 0.3275911f), FloatVector.broadcast(F, 1f)));
        FloatVector p = FloatVector.broadcast(F, 1.061405429f);
        p = p.fma(t, FloatVector.broadcast(F, -1.453152027f));
        p = p.fma(t, FloatVector.broadcast(F, 1.421413741f));
        p = p.fma(t, FloatVector.broadcast(F, -0.284496736f));
        p = p.fma(t, FloatVector.broadcast(F, 0.254829592f)).mul(t);
        FloatVector y = FloatVector.broadcast(F, 1f).sub(p.mul(exp(a.mul(a).neg())));
        IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
        return y.reinterpretAsInts().or(sign).reinterpretAsFloats();
    }
}
