package org.rebind.benchmarks.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * One function at one size: its inputs, the function in the form of each contender, and the check every contender's output
 * passes before it is timed. The plain Java form is the reference of that check.
 */
public abstract class Workload {
    private final String suite;
    private final String size;
    private final List<float[]> results = new ArrayList<>();
    private float[][] reference;

    Workload(String suite, String size) {
        this.suite = suite;
        this.size = size;
    }

    /** The suite it belongs to, e.g. {@code chain}. */
    public final String suite() {
        return suite;
    }

    /** The size in words of the report, e.g. {@code 64k}. */
    public final String size() {
        return size;
    }

    /** {@code suite/size}. */
    public final String id() {
        return suite + "/" + size;
    }

    public abstract List<Array> inputs();

    /** Whether an input is a weight that stays the same from call to call, which a peer may bind when it builds its graph. */
    public boolean isWeight(int input) {
        return false;
    }

    /** The function in a peer's operations, its results in order. */
    public abstract <T> List<T> build(Ops<T> ops, List<T> in);

    public abstract RebindForm rebind();

    /** Plain Java loops on one thread; null where only a library would be used. Results are new arrays. */
    public abstract float[][] scalar();

    /**
     * By hand with the Vector API and ForkJoin, rows or chunks given out by {@code split}; null if not written. Large results are
     * in arrays that the next call writes again, as whoever cares for speed by hand does.
     */
    public float[][] vector(Split split) {
        return null;
    }

    /** The array of a result of {@link #vector}: the same at every call. */
    final float[] result(int number, int length) {
        while (results.size() <= number) {
            results.add(new float[length]);
        }
        return results.get(number);
    }

    /** Whether {@link #vector} is written. */
    public boolean hasVector() {
        return true;
    }

    /** Bytes read and written at the least, if the workload is bound by memory; otherwise 0. */
    public long bytes() {
        return 0;
    }

    /** Multiplications and additions of matrix products, if these bound the workload; otherwise 0. */
    public long flops() {
        return 0;
    }

    /** Error allowed, absolute and relative to the reference's element. */
    double tolerance() {
        return 1e-5;
    }

    /** @throws IllegalStateException at the first element that is wrong */
    public void check(String contender, float[][] got) {
        if (reference == null) {
            reference = scalar();
        }
        if (reference.length != got.length) {
            throw new IllegalStateException(contender + ": " + got.length + " results, expected " + reference.length);
        }
        for (int r = 0; r < got.length; r++) {
            check(contender + " result " + r, reference[r], got[r]);
        }
    }

    private void check(String what, float[] want, float[] got) {
        if (want.length != got.length) {
            throw new IllegalStateException(what + ": " + got.length + " elements, expected " + want.length);
        }
        for (int i = 0; i < want.length; i++) {
            if (!(Math.abs(want[i] - got[i]) <= tolerance() * (1 + Math.abs(want[i])))) {
                throw new IllegalStateException(what + ": element " + i + " is " + got[i] + ", expected " + want[i]);
            }
        }
    }

    /** Forgets the reference, so that a measured JVM does not keep it. */
    public final void checked() {
        reference = null;
    }
}
