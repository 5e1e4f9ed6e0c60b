package org.rebind.benchmarks.workload;

import static org.rebind.benchmarks.workload.VectorMath.F;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import org.rebind.Tensor;

/** Prices of European calls and puts (Black and Scholes 1973) at one rate and volatility. */
final class BlackScholes extends Workload {
    private static final float RATE = 0.02f;
    private static final float VOLATILITY = 0.3f;
    private static final float DRIFT = RATE + VOLATILITY * VOLATILITY / 2;
    private static final float ROOT_HALF = 0.70710677f;

    private final Array spot;
    private final Array strike;
    private final Array years;

    BlackScholes(String size, int n) {
        super("blackscholes", size);
        spot = Array.uniform(1, 50, 150, n);
        strike = Array.uniform(2, 50, 150, n);
        years = Array.uniform(3, 0.1, 2, n);
    }

    @Override
    public List<Array> inputs() {
        return List.of(spot, strike, years);
    }

    @Override
    public <T> List<T> build(Ops<T> ops, List<T> in) {
        T s = in.get(0);
        T k = in.get(1);
        T t = in.get(2);
        T spread = ops.mul(ops.sqrt(t), VOLATILITY);
        T d1 = ops.div(ops.add(ops.log(ops.div(s, k)), ops.mul(t, DRIFT)), spread);
        T present = ops.mul(k, ops.exp(ops.mul(t, -RATE)));
        T call = ops.sub(ops.mul(s, normal(ops, d1)), ops.mul(present, normal(ops, ops.sub(d1, spread))));
        return List.of(call, ops.add(ops.sub(call, s), present));
    }

    private static <T> T normal(Ops<T> ops, T x) {
        return ops.add(ops.mul(ops.erf(ops.mul(x, ROOT_HALF)), 0.5f), 0.5f);
    }

    @Override
    public RebindForm rebind() {
        return RebindForm.of(BlackScholes::prices);
    }

    static List<Tensor> prices(Tensor s, Tensor k, Tensor t) {
        Tensor spread = t.sqrt().mul(VOLATILITY);
        Tensor d1 = s.div(k).log().add(t.mul(DRIFT)).div(spread);
        Tensor present = k.mul(t.mul(-RATE).exp());
        Tensor call = s.mul(normal(d1)).sub(present.mul(normal(d1.sub(spread))));
        return List.of(call, call.sub(s).add(present));
    }

    private static Tensor normal(Tensor x) {
        return x.mul(ROOT_HALF).erf().mul(0.5f).add(0.5f);
    }

    @Override
    public float[][] scalar() {
        float[] call = new float[spot.data().length];
        float[] put = new float[call.length];
        scalar(call, put, 0, call.length);
        return new float[][] {call, put};
    }

    private void scalar(float[] call, float[] put, int lo, int hi) {
        for (int i = lo; i < hi; i++) {
            double s = spot.data()[i];
            double k = strike.data()[i];
            double t = years.data()[i];
            double spread = VOLATILITY * Math.sqrt(t);
            double d1 = (Math.log(s / k) + DRIFT * t) / spread;
            double present = k * Math.exp(-RATE * t);
            double price = s * normal(d1) - present * normal(d1 - spread);
            call[i] = (float) price;
            put[i] = (float) (price - s + present);
        }
    }

    /** The normal distribution by Abramowitz and Stegun 7.1.26, as Java has no erf. */
    private static double normal(double x) {
        double a = Math.abs(x) * ROOT_HALF;
        double t = 1 / (1 + 0.3275911 * a);
        double p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
        double erf = 1 - p * Math.exp(-a * a);
        return 0.5 + 0.5 * (x < 0 ? -erf : erf);
    }

    @Override
    public float[][] vector(Split split) {
        float[] call = result(0, spot.data().length);
        float[] put = result(1, call.length);
        split.run(call.length, Split.CHUNK, (lo, hi) -> vector(call, put, lo, hi));
        return new float[][] {call, put};
    }

    private void vector(float[] call, float[] put, int lo, int hi) {
        int i = lo;
        for (; i + F.length() <= hi; i += F.length()) {
            FloatVector s = FloatVector.fromArray(F, spot.data(), i);
            FloatVector k = FloatVector.fromArray(F, strike.data(), i);
            FloatVector t = FloatVector.fromArray(F, years.data(), i);
            FloatVector spread = t.sqrt().mul(VOLATILITY);
            FloatVector d1 = VectorMath.log(s.div(k)).add(t.mul(DRIFT)).div(spread);
            FloatVector present = k.mul(VectorMath.exp(t.mul(-RATE)));
            FloatVector price = s.mul(normal(d1)).sub(present.mul(normal(d1.sub(spread))));
            price.intoArray(call, i);
            price.sub(s).add(present).intoArray(put, i);
        }
        scalar(call, put, i, hi);
    }

    private static FloatVector normal(FloatVector x) {
        return VectorMath.erf(x.mul(ROOT_HALF)).mul(0.5f).add(0.5f);
    }

    /** Prices are differences of numbers around 100. */
    @Override
    double tolerance() {
        return 1e-4;
    }
}
